// Slack names what the app left unnamed.

import { type Block, dictsOf, textOf } from '../shapes.ts';
import { elementsOf } from './blocks.ts';
import { newId } from './ids.ts';

/** A copy in which every block has a `block_id` and every interactive element an `action_id`, as Slack fills them in. */
export function nameBlocks(blocks: unknown): Block[] {
  const copy = structuredClone(dictsOf(blocks));
  for (const block of copy) {
    if (typeof block.block_id !== 'string' || block.block_id === '') block.block_id = newId('b');
    if (!['actions', 'section', 'input'].includes(textOf(block.type))) continue;
    for (const element of elementsOf(block)) {
      if (element.type !== 'image' && typeof element.action_id !== 'string') element.action_id = newId('a');
    }
  }
  return copy as Block[];
}
