// The fields of APIs, products and subscriptions, with the limit of each. Source: management-api §1.1, §1.4.
import { z } from 'zod';
import { FOREIGN_KEY_LENGTH } from '../../domain/api-key-form.ts';
import { QUOTA_PERIODS, type Quota, type Rate } from '../../domain/call-limits.ts';
import { MAX_KEY_LIFE_DAYS } from '../../domain/key-life.ts';
import { keyHeaderFault, keyQueryFault } from '../../domain/key-names.ts';
import { type Fault, MAX_CALLS, MAX_RATE_SECONDS, readQuota, readRate } from '../../domain/limit-words.ts';
import { trimmedText, writtenText } from '../frame/input.ts';

export const MAX_CATALOG_NAME_LENGTH = 100;
export const MAX_PRODUCT_TEXT_LENGTH = 1_000;
export const MAX_TERMS_LENGTH = 3_000;
export const MAX_APIS_OF_PRODUCT = 100;
export const MAX_GROUPS_OF_PRODUCT = 50;
export const MAX_SUBSCRIPTIONS_LIMIT = 1_000;
export const MAX_STATE_COMMENT_LENGTH = 500;
export const MAX_POLICY_LENGTH = 16_384;
const MAX_FULL_ID_LENGTH = 1_000;

/** An id stands in URLs and headers, so it has no character that means something there. */
export const identifier = (max: number) =>
  z
    .string()
    .min(1, 'is needed')
    .max(max, `at most ${max} characters`)
    .regex(/^[^*#&+:<>?/\\%\s\p{Cc}]+$/u, 'must not hold spaces or any of * # & + : < > ? / \\ %')
    .refine((id) => id !== '.' && id !== '..', 'must not be . or ..');

/** Azure: 1–80. */
export const apiId = identifier(80);
/** Programs write the revision of an API behind its id. */
export const newApiId = apiId.refine(
  (id) => !/;rev=/i.test(id),
  'must not hold ;rev=, which names a revision',
);
/** Azure: 1–256. */
export const productId = identifier(256);
/** Of a link between a product and an API or a group. */
export const linkName = identifier(256);
/** Azure: at most 256. */
export const subscriptionId = identifier(256);

export const displayName = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'is needed')
    .max(max, `at most ${max} characters`)
    .refine((name) => !/\p{Cc}/u.test(name), 'contains a control character');

export const catalogName = displayName(MAX_CATALOG_NAME_LENGTH);

export const apiPath = z.string().max(2_000);
const keyName = (faultOf: (name: string) => string | null) =>
  z
    .string()
    .check((given) => {
      const fault = faultOf(given.value);
      if (fault) given.issues.push({ code: 'custom', message: fault, input: given.value });
    })
    .nullable();
/** Where calls carry a key. Null: where every API's calls do. */
export const keyHeader = keyName(keyHeaderFault);
export const keyQuery = keyName(keyQueryFault);
export const productDescription = writtenText(MAX_PRODUCT_TEXT_LENGTH);
export const productTerms = writtenText(MAX_TERMS_LENGTH);
/** What programs alone read of a subscription. Its scope and owner as full ids of Azure, which they compare as texts. */
const fullId = z
  .string()
  .max(MAX_FULL_ID_LENGTH, `at most ${MAX_FULL_ID_LENGTH} characters`)
  .refine((id) => !/[\p{Cc}\p{Surrogate}]/u.test(id), 'contains a character that cannot be kept')
  .optional();
export const forPrograms = {
  scopeAsWritten: fullId,
  ownerAsWritten: fullId,
  allowsTracing: z.boolean().optional(),
};
export const stateComment = trimmedText(MAX_STATE_COMMENT_LENGTH);
export const apiIds = z
  .array(apiId)
  .max(MAX_APIS_OF_PRODUCT, `at most ${MAX_APIS_OF_PRODUCT} APIs`)
  .transform((ids) => [...new Set(ids)]);
export const productGroupIds = z
  .array(z.string().min(1).max(256))
  .max(MAX_GROUPS_OF_PRODUCT, `at most ${MAX_GROUPS_OF_PRODUCT} groups`)
  .transform((ids) => [...new Set(ids)]);
export const subscriptionsLimit = z.int().min(1, 'at least 1').max(MAX_SUBSCRIPTIONS_LIMIT).nullable();
/** How long a key works after it was made. Null: without an end. */
export const keysExpireAfterDays = z
  .int()
  .min(1, 'at least 1 day')
  .max(MAX_KEY_LIFE_DAYS, `at most ${MAX_KEY_LIFE_DAYS} days`)
  .nullable();
type ReadLimit<Limit> = (text: string) => { limit: Limit | 'unlimited' | null } | Fault;
/** A limit as it is, or as people type it. */
const ownLimit = <Limit extends object>(read: ReadLimit<Limit>, shape: z.ZodType<Limit>) =>
  z.custom<Limit | string | null>().transform((given, context): Limit | 'unlimited' | null => {
    if (given === null) return null;
    const typed = read(typeof given === 'string' ? given : '?');
    const parsed = shape.safeParse(given);
    if (parsed.success) return parsed.data;
    if ('limit' in typed) return typed.limit;
    context.issues.push({ code: 'custom', message: typed.fault, input: given });
    return z.NEVER;
  });
const calls = z.int().min(1).max(MAX_CALLS);
/** Of a subscription. Null: as its product has it. */
export const ownRate = ownLimit<Rate>(
  readRate,
  z.strictObject({ calls, seconds: z.int().min(1).max(MAX_RATE_SECONDS) }),
);
export const ownQuota = ownLimit<Quota>(readQuota, z.strictObject({ calls, period: z.enum(QUOTA_PERIODS) }));
/** Of a product. Null: no limit. */
export const productRate = ownRate.transform((rate) => (rate === 'unlimited' ? null : rate));
export const productQuota = ownQuota.transform((quota) => (quota === 'unlimited' ? null : quota));
/** What programs alone read: the document in which they set both. */
export const policyAsWritten = z.string().max(MAX_POLICY_LENGTH).nullable();
/** A key from elsewhere, for a subscription that moves here. */
export const foreignKey = z
  .string()
  .min(FOREIGN_KEY_LENGTH.min, `at least ${FOREIGN_KEY_LENGTH.min} characters`)
  .max(FOREIGN_KEY_LENGTH.max, `at most ${FOREIGN_KEY_LENGTH.max} characters`)
  .regex(/^[\x21-\x7e]+$/, 'may hold printable ASCII characters without spaces');
export const keySlot = z.enum(['primary', 'secondary']);
export const searchedText = z.string().max(400);
const cursorText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\0'), 'is none');
/** Where the next page of a list by name starts. It comes back in a URL, where a visitor can change it. */
export const nameCursor = z.strictObject({ name: cursorText(400), id: cursorText(256) });

/** Makes an id of a name: `Orders API` → `orders-api`. Empty when the name has no usable character. */
export function idOfName(name: string, maxLength: number): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, maxLength)
    .replace(/^-+|-+$/g, '');
}
