import type { CallingSubscription } from '../../domain/may-call.ts';
import { hashOf } from '../index/id-table.ts';
import { createSlots } from '../index/slots.ts';
import { subscriptionTag } from './tag.ts';

const slotOf = (tag: string) => hashOf(Buffer.from(tag, 'latin1'));

export type TagTable = ReturnType<typeof createTagTable>;

/** Finds a subscription's number by its tag, which is made again for that instead of kept. */
export function createTagTable(subscriptionAt: (number: number) => CallingSubscription | null) {
  const slots = createSlots();
  return {
    /** -1 for none. */
    find(tag: string): number {
      return slots.find(slotOf(tag), (number) => {
        const subscription = subscriptionAt(number);
        return subscription !== null && subscriptionTag(subscription) === tag;
      });
    },
    add: (number: number, tag: string): void => slots.add(number, slotOf(tag)),
    remove(number: number, tag: string): void {
      const slot = slotOf(tag);
      if (slots.find(slot, (one) => one === number) >= 0) slots.remove(number, slot);
    },
  };
}
