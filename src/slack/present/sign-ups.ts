import { actions, button, type Message, section } from './blocks.ts';

/** One card for many sign-ups within an hour. */
export function signUpsCard({ total, waiting }: { total: number; waiting: number }): Message {
  if (waiting === 0) {
    const text = `None of the ${total} who signed up here together waits any more.`;
    return { text, blocks: [section(text)] };
  }
  const who =
    waiting === 1 ? 'One developer who signed up waits' : `${waiting} developers who signed up wait`;
  const text = `*${who} for an operator to agree.* So many came within an hour that they share this card.`;
  const look = button('list-pending', 'Pending accounts', '-');
  return { text, blocks: [section(text), actions([look])] };
}
