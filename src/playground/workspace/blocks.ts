// Reading blocks: what a person sees in them, and the element that a person points at. Runs in the browser too.
import { type Block, type Dict, dictsOf, isDict, textOf } from '../shapes.ts';

/** The interactive parts of a block. */
export function elementsOf(block: Dict): Dict[] {
  const elements = dictsOf(block.elements);
  for (const one of [block.element, block.accessory]) if (isDict(one)) elements.push(one);
  return elements.filter((element) => element.type !== 'mrkdwn' && element.type !== 'plain_text');
}

export function findElement(blocks: Block[], blockId: string, actionId: string): Dict | null {
  const block = blocks.find((one) => one.block_id === blockId);
  return (block && elementsOf(block).find((element) => element.action_id === actionId)) ?? null;
}

/** All options of a select, whether grouped or not. */
export function optionsOf(element: Dict): Dict[] {
  return [
    ...dictsOf(element.options),
    ...dictsOf(element.option_groups).flatMap((group) => dictsOf(group.options)),
  ];
}

export const objectText = (text: unknown): string => (isDict(text) ? textOf(text.text) : '');

/** Every word of the blocks that a person reads, one piece a line. */
export function readBlocks(blocks: Dict[]): string {
  const lines: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, key);
    else if (isDict(value)) for (const [name, inner] of Object.entries(value)) visit(inner, name);
    else if (typeof value === 'string' && ['text', 'alt_text', 'initial_value', 'title'].includes(key))
      lines.push(value);
  };
  for (const block of blocks) {
    const { accessory, elements, element, ...rest } = block;
    visit(rest, '');
    for (const part of [element, accessory, elements]) visit(withoutConfirm(part), '');
  }
  return lines.join('\n');
}

function withoutConfirm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutConfirm);
  if (!isDict(value)) return value;
  const { confirm: _confirm, ...rest } = value;
  return rest;
}
