import type { ViewOutput } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { type Message, section } from '../present/blocks.ts';

const ERROR_BLOCK = 'went-wrong';
/** Never sent back to Slack: whoever typed it types it again. */
const SECRET_FIELDS = ['temporary'];

/** The modal as it was submitted, with what was typed still in it and what went wrong above, buttons included. */
export function refill(view: ViewOutput, error: Message): ModalView {
  const typed = new Map<string, Record<string, unknown>>();
  for (const fields of Object.values(view.state.values)) {
    for (const [name, value] of Object.entries(fields))
      typed.set(name, value as unknown as Record<string, unknown>);
  }
  const blocks = (view.blocks as KnownBlock[])
    .filter((block) => !block.block_id?.startsWith(ERROR_BLOCK))
    .map((block) => {
      if (block.type !== 'input') return block;
      const name = String((block.element as { action_id?: string }).action_id);
      const value = SECRET_FIELDS.includes(name) ? undefined : typed.get(name);
      return { ...block, element: { ...block.element, ...initialOf(value) } } as KnownBlock;
    });
  const [, ...buttons] = error.blocks ?? [];
  const said = [section(`:warning: ${error.text}`), ...buttons].map((block, index) => ({
    ...block,
    block_id: `${ERROR_BLOCK}-${index}`,
  }));
  return {
    type: 'modal',
    callback_id: view.callback_id,
    title: view.title,
    ...(view.submit ? { submit: view.submit } : {}),
    ...(view.close ? { close: view.close } : {}),
    private_metadata: view.private_metadata,
    blocks: [...said, ...blocks],
  };
}

function initialOf(value: Record<string, unknown> | undefined): Record<string, unknown> {
  const many = value?.selected_options;
  if (Array.isArray(many)) return { initial_options: many.length > 0 ? many : undefined };
  if (value?.selected_date) return { initial_date: value.selected_date };
  if (value?.selected_option) return { initial_option: value.selected_option };
  return { initial_value: value?.value ?? undefined };
}
