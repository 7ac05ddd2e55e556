// The names of people: what is kept of a typed name, and how two names make one.
import { removeInvisible } from './invisible-characters.ts';

/** Azure: 1–100 (User create contract). */
export const MAX_NAME_LENGTH = 100;

/** A braille blank counts as a sign, and shows nothing. */
const VISIBLE = /(?!\u2800)[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * A name without invisible characters and controls, on one line, with single spaces, in Unicode's composed form (NFC).
 * Empty when nothing of it can be seen. Joiners stay between letters that need them, as in Persian.
 */
export function cleanName(text: string): string {
  const shown = removeInvisible(text, { keepJoiners: true }).text;
  const name = shown.replace(/\s+/gu, ' ').trim().normalize('NFC');
  return VISIBLE.test(name) ? name : '';
}

export type Names = { firstName: string; lastName: string };

/** A person's only name is the first name, so that mails greet with it. */
export const onlyNameFirst = <Person extends Partial<Names>>(person: Person): Person =>
  !person.firstName && person.lastName ? { ...person, firstName: person.lastName, lastName: '' } : person;

/** Such as "Ann Lee", or "Suharto" for a person with one name; empty without a name. */
export const fullName = ({ firstName, lastName }: Names): string => `${firstName} ${lastName}`.trim();

/** Splits a name as mail programs write it: "Ann van der Berg", or "van der Berg, Ann". */
export function splitName(text: string): Names {
  const [last = '', first, ...more] = cleanName(text).split(/\s*,\s*/);
  if (first && last && more.length === 0) return { firstName: cut(first), lastName: cut(last) };
  const [firstName = '', ...rest] = cleanName(text.replaceAll(',', ' ')).split(' ');
  return { firstName: cut(firstName), lastName: cut(rest.join(' ')) };
}

const cut = (name: string): string =>
  cleanName(name.slice(0, MAX_NAME_LENGTH).replace(/[\ud800-\udbff]$/, ''));
