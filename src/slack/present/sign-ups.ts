import { actions, button, type Message, section } from './blocks.ts';

/** One card for many sign-ups within an hour. */
export function signUpsCard({ total, waiting }: { total: number; waiting: number }): Message {
  if (waiting === 0) {
    const text = `All ${total} sign-ups on this card are decided.`;
    return { text, blocks: [section(text)] };
  }
  const who = waiting === 1 ? '1 developer' : `${waiting} developers`;
  const text = `*${who} signed up. Let them in?* So many came within an hour that they share this card.`;
  const look = button('list-pending', 'Pending accounts', '-');
  return { text, blocks: [section(text), actions([look])] };
}
