// What can be done to many accounts at once, with the fields that the same has for one.
import { z } from 'zod';
import { MAX_BLOCK_END_LENGTH } from '../../domain/block-end.ts';
import * as input from '../frame/input.ts';

const said = { reason: input.reason.default(''), tellDeveloper: z.boolean().default(true) };
const groupIds = input.groupIds.min(1, 'choose at least one group');

export const accountAction = z.discriminatedUnion('action', [
  z.strictObject({
    action: z.literal('block'),
    ...said,
    message: input.message.default(''),
    end: z.string().max(MAX_BLOCK_END_LENGTH).default(''),
  }),
  z.strictObject({ action: z.literal('activate'), ...said, message: input.message.default('') }),
  z.strictObject({ action: z.literal('delete'), ...said, deleteSubscriptions: z.boolean().default(false) }),
  z.strictObject({ action: z.literal('resend') }),
  z.strictObject({ action: z.literal('join'), groupIds }),
  z.strictObject({ action: z.literal('leave'), groupIds }),
]);

export type AccountAction = z.output<typeof accountAction>;
