// The buttons of a list's rows carry which list they are in, so that it can be drawn again once they have done their work.
import type { KnownBlock, ModalView } from '@slack/types';
import { MAX_BLOCK_ID_LENGTH } from '../present/blocks.ts';
import { MAX_VALUE_LENGTH } from '../present/text.ts';
import type { Metadata } from './feature.ts';
import { readCarried } from './reference.ts';

/** A list, and the number of the first row that it shows. */
export type ListPosition = { name: string; query: object; from: number };

/** Where a list is shown: in an ephemeral message or in a modal. */
type ListPlace = { url: string } | { view: string; title: string };

/** A list, or App Home: its lists and figures are drawn again as a whole. */
export type ShownList = (ListPosition & { at: ListPlace }) | { at: { home: true } };

/** Between a button's value and its list. No id and no JSON of ours has it before the list. */
const SEPARATOR = '#';
/** The id of a row's menu, and how it begins when the block's id is too short for the value. */
const MENU = 'menu';
const MORE = `${MENU}${SEPARATOR}`;

/** For the name of a service, behind the id of a menu. */
const MAX_MARK_LENGTH = 32;

/** The button that draws any page of the list. */
export const turnOf = (name: string): string => `${name}-turn`;

/** The block with the list in the values of its buttons, and in the ids of its menu. */
export function inList(block: KnownBlock, list: ListPosition): KnownBlock {
  const withList = (value: string, max: number): string => {
    const whole = `${value}${SEPARATOR}${JSON.stringify(list)}`;
    // A list that doesn't fit isn't drawn again.
    return whole.length <= max ? whole : value;
  };
  const withValue = <Element extends { type: string }>(element: Element): Element =>
    element.type === 'button' && 'value' in element
      ? { ...element, value: withList(String(element.value), MAX_VALUE_LENGTH) }
      : element;
  if (block.type === 'actions') return { ...block, elements: block.elements.map(withValue) };
  if (block.type !== 'section' || !block.accessory) return block;
  const { accessory } = block;
  if (accessory.type !== 'overflow' || !block.block_id) return { ...block, accessory: withValue(accessory) };
  const ids = menuIds(withList(block.block_id, 2 * MAX_BLOCK_ID_LENGTH - MORE.length - MAX_MARK_LENGTH));
  return { ...block, block_id: ids.block, accessory: { ...accessory, action_id: ids.menu } };
}

/** The value of a menu is in the block's id, and what doesn't fit there in the id of the menu itself. */
function menuIds(value: string): { block: string; menu: string } {
  if (value.length <= MAX_BLOCK_ID_LENGTH) return { block: value, menu: MENU };
  // Never between the halves of a character.
  const isHalf = /[\uD800-\uDBFF]/.test(value[MAX_BLOCK_ID_LENGTH - 1] ?? '');
  const end = isHalf ? MAX_BLOCK_ID_LENGTH - 1 : MAX_BLOCK_ID_LENGTH;
  return { block: value.slice(0, end), menu: MORE + value.slice(end) };
}

/** The value of a row's menu; null for any other element. */
export function menuValue(ids: { block: string; element: string }): string | null {
  if (ids.element === MENU) return ids.block;
  return ids.element.startsWith(MORE) ? ids.block + ids.element.slice(MORE.length) : null;
}

/** The value of a pressed button, and the list that it is in. */
export function splitValue(carried: string): { value: string; list: ListPosition | null } {
  const at = carried.indexOf(SEPARATOR);
  if (at < 0) return { value: carried, list: null };
  const { name, query, from } = readCarried<ListPosition>(carried.slice(at + 1));
  return { value: carried.slice(0, at), list: { name: String(name), query, from: Number(from) } };
}

/** A form that a row's button opened carries the list, because its submission does the work. */
export const formInList = (view: ModalView, list: ShownList): ModalView => ({
  ...view,
  private_metadata: JSON.stringify({ ...readCarried(view.private_metadata || '{}'), list }),
});

export const listOfForm = ({ list }: Metadata): ShownList | null => (list as ShownList | undefined) ?? null;
