// What a person can see and point at: elements of messages, modals and Home, found by their visible words.
import { type Block, type Dict, isDict, textOf } from '../../src/playground/shapes.ts';
import { elementsOf, objectText, optionsOf, readBlocks } from '../../src/playground/workspace/blocks.ts';

export type Words = string | RegExp;
export type Target = { blockId: string; actionId: string; element: Dict; block: Block };

const matches = (words: Words, text: string): boolean =>
  typeof words === 'string' ? text === words : words.test(text);
export const contains = (words: Words, text: string): boolean =>
  typeof words === 'string' ? text.includes(words) : words.test(text);

/** A button with this text or accessibility label. */
export function findButton(blocks: Block[], words: Words): Target | null {
  const buttons = targetsOf(blocks).filter(({ element }) => element.type === 'button');
  return buttons.find((target) => namesOf(target).some((name) => matches(words, name))) ?? null;
}

/** A select, overflow, radio group or checkbox group that offers an option with these words. */
export function findOption(
  blocks: Block[],
  words: Words,
  of?: Words,
): { target: Target; option: Dict } | null {
  for (const target of targetsOf(blocks)) {
    if (of !== undefined && !namesOf(target).some((name) => contains(of, name))) continue;
    const option = optionsOf(target.element).find((one) => matches(words, objectText(one.text)));
    if (option !== undefined) return { target, option };
  }
  return null;
}

/** A field of a form, by its label (or, outside input blocks, by its placeholder). */
export function findField(blocks: Block[], label: Words): Target | null {
  const fields = targetsOf(blocks).filter(({ element }) => element.type !== 'button');
  const exact = fields.find((target) => namesOf(target).some((name) => matches(label, name)));
  return exact ?? fields.find((target) => namesOf(target).some((name) => contains(label, name))) ?? null;
}

export const buttonsOf = (blocks: Block[]): string[] =>
  targetsOf(blocks)
    .filter(({ element }) => element.type === 'button')
    .map((target) => namesOf(target)[0] ?? '');

export const labelsOf = (blocks: Block[]): string[] =>
  blocks.filter((block) => block.type === 'input').map((block) => objectText(block.label));

/** All that can be read in a message or view, the blocks first, the notification text where there are none. */
export function readable(text: string, blocks: Block[]): string {
  return blocks.length > 0 ? readBlocks(blocks) : text;
}

export const confirmOf = (element: Dict): Dict | null => (isDict(element.confirm) ? element.confirm : null);

function targetsOf(blocks: Block[]): Target[] {
  return blocks.flatMap((block) =>
    elementsOf(block)
      .filter((element) => typeof element.action_id === 'string')
      .map((element) => ({ blockId: block.block_id, actionId: String(element.action_id), element, block })),
  );
}

/** The names by which a person would call an element: its accessibility label, its words, its field's label. */
function namesOf(target: Target): string[] {
  const { element, block } = target;
  return [
    textOf(element.accessibility_label),
    objectText(element.text),
    objectText(element.placeholder),
    block.type === 'input' ? objectText(block.label) : '',
    block.type === 'section' && element.type !== 'button' ? objectText(block.text) : '',
  ].filter((name) => name !== '');
}
