import type { ViewOutput } from '@slack/bolt';
import type { KnownBlock, ModalView } from '@slack/types';
import { type Message, section } from '../present/blocks.ts';

const ERROR_BLOCK = 'went-wrong';
/** Never sent back to Slack, so the person types them again. */
const SECRET_FIELDS = ['temporary'];

/** A submitted modal, filled in as it was, with the error and its buttons above the fields. */
export function refill(view: ViewOutput, error: Message): ModalView {
  const typed = new Map(Object.values(view.state.values).flatMap((fields) => Object.entries(fields)));
  const blocks = (view.blocks as KnownBlock[])
    .filter((block) => !block.block_id?.startsWith(ERROR_BLOCK))
    .map((block) => {
      if (block.type !== 'input') return block;
      const name = String((block.element as { action_id?: string }).action_id);
      const value = SECRET_FIELDS.includes(name) ? undefined : typed.get(name);
      return { ...block, element: { ...block.element, ...initialOf(value) } } as KnownBlock;
    });
  const [, ...buttons] = error.blocks ?? [];
  const errorBlocks = [section(`:warning: ${error.text}`), ...buttons].map((block, index) => ({
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
    blocks: [...errorBlocks, ...blocks],
  };
}

function initialOf(value: object | undefined): Record<string, unknown> {
  const {
    selected_options: many,
    selected_date: date,
    selected_option: one,
    value: text,
  } = (value ?? {}) as Record<string, unknown>;
  if (Array.isArray(many)) return { initial_options: many.length > 0 ? many : undefined };
  if (date) return { initial_date: date };
  if (one) return { initial_option: one };
  return { initial_value: text ?? undefined };
}
