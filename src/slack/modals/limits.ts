// The fields for a rate and a quota, in the modals of products and subscriptions.
import type { InputBlock } from '@slack/types';
import { MAX_LIMIT_LENGTH } from '../../domain/limit-words.ts';
import { textInput } from '../present/blocks.ts';

/** `empty` says what an empty field means. */
export const limitInputs = ({
  rate,
  quota,
  empty,
}: {
  rate: string;
  quota: string;
  empty: string;
}): InputBlock[] => [
  textInput('rate', 'Rate', {
    value: rate,
    optional: true,
    maxLength: MAX_LIMIT_LENGTH,
    hint: `Calls that a subscription may make in up to 5 minutes, such as 100 per minute. ${empty}`,
  }),
  textInput('quota', 'Quota', {
    value: quota,
    optional: true,
    maxLength: MAX_LIMIT_LENGTH,
    hint: `Calls per day, week or month in UTC, such as 10,000 per day. Once they are used up, calls are refused until the next one begins. ${empty}`,
  }),
];
