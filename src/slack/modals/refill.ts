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

/** Where Slack puts what was chosen or typed, and where it reads it from. */
const INITIALS = {
  selected_options: 'initial_options',
  selected_option: 'initial_option',
  selected_date: 'initial_date',
  selected_user: 'initial_user',
  selected_users: 'initial_users',
  value: 'initial_value',
} as const;

/** What the person emptied is empty again: `undefined` takes the place of the first value. */
function initialOf(state: object | undefined): Record<string, unknown> {
  const chosen = Object.entries(INITIALS).flatMap(([from, to]) => {
    const value: unknown = state && from in state ? state[from as keyof typeof state] : null;
    const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
    return [[to, isEmpty ? undefined : value] as const];
  });
  return Object.fromEntries(chosen);
}
