// Reads blocks: their words and their interactive elements. Runs in the browser too.
import { type Block, type Dict, dictsOf, isDict, textOf } from '../shapes.ts';

const READABLE_FIELDS = ['text', 'alt_text', 'initial_value', 'title'];

/** The interactive parts of a block. */
export function elementsOf(block: Dict): Dict[] {
  const elements = [...dictsOf(block.elements), ...dictsOf([block.element, block.accessory])];
  return elements.filter((element) => element.type !== 'mrkdwn' && element.type !== 'plain_text');
}

export function findElement(blocks: Block[], blockId: string, actionId: string): Dict | null {
  const block = blocks.find((one) => one.block_id === blockId);
  return (block && elementsOf(block).find((element) => element.action_id === actionId)) ?? null;
}

export const optionsOf = (element: Dict): Dict[] => dictsOf(element.options);

/** The words of a text object. */
export const objectText = (value: unknown): string => (isDict(value) ? textOf(value.text) : '');

/** The words that a person reads in the blocks, one text a line. */
export function readBlocks(blocks: Dict[]): string {
  const lines: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, key);
    else if (typeof value === 'string' && READABLE_FIELDS.includes(key)) lines.push(value);
    else if (isDict(value))
      for (const [name, inner] of Object.entries(value)) if (name !== 'confirm') visit(inner, name);
  };
  for (const { accessory, elements, element, ...rest } of blocks)
    for (const part of [rest, element, accessory, elements]) visit(part, '');
  return lines.join('\n');
}
