import type { ViewOutput } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { section } from './present/blocks.ts';

const ERROR_BLOCK = 'went-wrong';

/** The modal as it was submitted, with what was typed still in it and what went wrong above. */
export function refill(view: ViewOutput, error: string): ModalView {
  const typed = new Map<string, Record<string, unknown>>();
  for (const fields of Object.values(view.state.values)) {
    for (const [name, value] of Object.entries(fields))
      typed.set(name, value as unknown as Record<string, unknown>);
  }
  const blocks = (view.blocks as KnownBlock[])
    .filter((block) => block.block_id !== ERROR_BLOCK)
    .map((block) => {
      if (block.type !== 'input') return block;
      const value = typed.get(String((block.element as { action_id?: string }).action_id));
      return { ...block, element: { ...block.element, ...initialOf(value) } } as KnownBlock;
    });
  return {
    type: 'modal',
    callback_id: view.callback_id,
    title: view.title,
    ...(view.submit ? { submit: view.submit } : {}),
    ...(view.close ? { close: view.close } : {}),
    private_metadata: view.private_metadata,
    blocks: [{ ...section(`:warning: ${error}`), block_id: ERROR_BLOCK }, ...blocks],
  };
}

function initialOf(value: Record<string, unknown> | undefined): Record<string, unknown> {
  const many = value?.selected_options;
  if (Array.isArray(many)) return { initial_options: many.length > 0 ? many : undefined };
  if (value?.selected_option) return { initial_option: value.selected_option };
  return { initial_value: value?.value ?? undefined };
}
