// The values that a scanner of leaked secrets reports.
import { z } from 'zod';

/** In one report. */
export const MAX_REPORTED = 5_000;
const MAX_URL_LENGTH = 2_000;

/** SHA-256 in hex. */
export const keyHash = z.string().regex(/^[0-9a-f]{64}$/);

/** Texts of others: longer ones are cut, and half a character is none that the database takes. */
const cutTo = (max: number) =>
  z.string().transform((text) => Buffer.from(text.replaceAll('\0', '').slice(0, max)).toString());
export const leakPlace = z.strictObject({ url: cutTo(MAX_URL_LENGTH), source: cutTo(100) });
