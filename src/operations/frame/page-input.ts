// The page of a list that a program asks for.
import { z } from 'zod';
import { MAX_FILTER_LENGTH } from '../../domain/list-filter.ts';

const DEFAULT_PAGE = 100;
/** Azure states no cap. A longer page comes in parts, each with its `nextLink`. */
const MAX_PAGE = 1_000;
const MAX_SKIPPED = 10_000;

/** Azure: `$top` is at least 1, `$skip` at least 0. */
export const page = {
  filter: z.string().max(MAX_FILTER_LENGTH, `has more than ${MAX_FILTER_LENGTH} characters`).optional(),
  top: z
    .int('must be a whole number')
    .min(1, 'must be 1 at least')
    .max(2_147_483_647, 'must be below 2147483648')
    .default(DEFAULT_PAGE)
    .transform((top) => Math.min(top, MAX_PAGE)),
  skip: z
    .int('must be a whole number')
    .min(0, 'must be 0 at least')
    .max(MAX_SKIPPED, `must be ${MAX_SKIPPED} at most; follow nextLink to go further`)
    .default(0),
};
