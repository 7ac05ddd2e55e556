// The one reader of emails that people type and paste: a To line of a mail program, a column of a table, a list with
// bullets, what Slack makes of an email.
import { DomainError, refusedFields } from './domain-error.ts';
import { canonicalEmail, parseEmailAddress } from './email-address.ts';
import { removeInvisible } from './invisible-characters.ts';
import { cleanName, fullName, type Names, splitName } from './person-name.ts';

/** An email with the name that stood beside it; empty when there was none. */
export type ListedEmail = { email: string } & Names;

export type EmailList = {
  /** Each once, in order. */
  emails: ListedEmail[];
  /** What can't be read: the text itself, and a reason that follows a colon, such as "there is no @". */
  faults: { text: string; reason: string }[];
  /** What was changed, in sentences: characters removed, repeats left out. */
  notes: string[];
};

/** Bounds the work; longer than any field. */
const MAX_TEXT_LENGTH = 100_000;
const MAX_FAULTY_TEXT_LENGTH = 100;

/**
 * Reads any number of emails. Separators: comma, semicolon, tab, line end, and spaces between plain emails. A name counts
 * when angle brackets, parentheses or a tab part it from its email: a word that stands free may be half an email.
 * Errors: none; `faults` has them.
 */
export function readEmailList(text: string): EmailList {
  const { text: shown, removed } = removeInvisible(text.slice(0, MAX_TEXT_LENGTH));
  const found = unwrapLinks(shown).split('\n').flatMap(readLine);
  const list: EmailList = { emails: [], faults: [], notes: [] };
  const byCanonical = new Map<string, ListedEmail>();
  let repeats = 0;
  for (const item of found) {
    if (!('email' in item)) list.faults.push({ ...item, text: shorten(item.text) });
    else {
      const { canonical } = parseEmailAddress(item.email);
      const before = byCanonical.get(canonical);
      if (before && fullName(before) === '') Object.assign(before, { ...item, email: before.email });
      if (before) repeats += 1;
      else byCanonical.set(canonical, item);
    }
  }
  list.emails.push(...byCanonical.values());
  if (removed > 0)
    list.notes.push(
      removed === 1 ? '1 invisible character was removed.' : `${removed} invisible characters were removed.`,
    );
  if (repeats > 0)
    list.notes.push(
      repeats === 1 ? '1 repeated email was left out.' : `${repeats} repeated emails were left out.`,
    );
  if (text.length > MAX_TEXT_LENGTH) list.faults.push({ text: 'The text', reason: 'it is too long' });
  return list;
}

/**
 * Reads exactly one email with its name. With `looseName` all other words are the name, as in `ann@example.com Ann Lee`.
 * Errors: `email_invalid`, with the reason for the field `email`.
 */
export function readOneEmail(text: string, { looseName = false } = {}): ListedEmail {
  const { emails, faults } = readEmailList(text);
  const [first, ...more] = emails;
  const isName = faults.every(({ reason }) => reason.startsWith(NO_AT));
  if (first && more.length === 0 && looseName && faults.length > 0 && isName)
    return { ...first, ...splitName([fullName(first), ...faults.map((one) => one.text)].join(' ')) };
  const reason =
    faults[0]?.reason ?? (more.length > 0 ? `enter one email; these are ${emails.length}` : 'is needed');
  if (!first || more.length > 0 || faults.length > 0)
    throw new DomainError('email_invalid', { fields: { email: reason } });
  return first;
}

/** The canonical form of the one email in a text; null when there is none, or more. */
export function canonicalIn(text: string): string | null {
  const { emails, faults } = readEmailList(text);
  const [only, ...more] = emails;
  return only && more.length === 0 && faults.length === 0 ? canonicalEmail(only.email) : null;
}

const EMAIL_IN_TEXT = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[\p{L}\p{N}.-]{1,253}/gu;

/** The emails in a text that says other things too, with the names before them. Leaves out what is none. */
export function findEmails(text: string): ListedEmail[] {
  const { text: shown } = removeInvisible(text.slice(0, MAX_TEXT_LENGTH));
  const named = new Map(readEmailList(shown).emails.map((one) => [canonicalEmail(one.email), one]));
  const found = new Map<string, ListedEmail>();
  for (const [word] of unwrapLinks(shown).matchAll(EMAIL_IN_TEXT)) {
    const email = stripMarks(word);
    const canonical = canonicalEmail(email);
    if (canonical === null || found.has(canonical)) continue;
    const { email: _, ...names } = named.get(canonical) ?? { email, firstName: '', lastName: '' };
    found.set(canonical, { email, ...nameInText(names) });
  }
  return [...found.values()];
}

/** Of "Please invite Ann Lee <ann@example.com>" the words with capitals. */
function nameInText(names: Names): Names {
  const name = /(?:\p{Lu}\S*(?: |$))+$/u.exec(fullName(names))?.[0] ?? '';
  if (name === fullName(names)) return names;
  return splitName(names.firstName.includes(' ') ? '' : name);
}

/** Such that `readEmailList` reads the same again: `Ann Lee <ann@example.com>`. */
export function formatListedEmail({ email, ...names }: ListedEmail): string {
  const name = fullName(names);
  if (name === '') return email;
  const split = splitName(name);
  const isSame = split.firstName === names.firstName && split.lastName === names.lastName;
  const written = isSame ? name : `${names.lastName}, ${names.firstName}`;
  return `${PLAIN_NAME.test(written) && !CONNECTOR.test(written) ? written : `"${written}"`} <${email}>`;
}

const PLAIN_NAME = /^\p{L}[\p{L}\p{M} .'’-]*$/u;
const CONNECTOR = /^(?:and|or|und|oder|et|ou|y|e|o|&|\+)$/i;
const NO_AT = 'there is no @';

type Item = ListedEmail | { text: string; reason: string };

/** Makes `<ann@example.com>` of links, and of an email in parentheses or square brackets. */
const unwrapLinks = (text: string): string =>
  text
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[；、，،]/g, ',')
    // Slack writes a plain email like this.
    .replace(/<mailto:([^\s<>|]+)\|[^<>\n]*>/gi, ' $1 ')
    .replace(/\[[^[\]\n]*\]\(mailto:([^\s()]+)\)/gi, '<mailto:$1>')
    .replace(/mailto:([^\s<>|,;?"()]+)(?:\?[^\s<>|"()]*)?/gi, (_, email: string) => decode(email))
    .replace(/[([]\s*([^\s()[\]<>,;"']+@[^\s()[\]<>,;"']+)\s*[)\]]/g, '<$1>')
    .replace(/<[<\s]*/g, '<')
    .replace(/>[>\s]*/g, '>;');

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

type Piece = { text: string; end: string };

function readLine(line: string): Item[] {
  const pieces = [...line.matchAll(/((?:"[^"]*"|<[^<>]*>|[^;,\t])+)([;,\t]?)/g)]
    .map(([, text = '', end = '']): Piece => ({ text: stripLabel(text.trim()), end }))
    .filter(({ text }) => text !== '');
  const isRow = pieces.some(({ end }) => end === '\t') && pieces.filter(hasEmail).length === 1;
  if (isRow) return readRow(pieces);
  const items: Item[] = [];
  for (let at = 0; at < pieces.length; at++) {
    const [piece, next] = [pieces[at], pieces[at + 1]];
    if (!piece) break;
    // "Lee, Ann <ann@example.com>", as Outlook writes it.
    const isLastName = piece.end === ',' && !hasEmail(piece) && next && /^[^@<>]+<[^<>]*@/.test(next.text);
    if (isLastName) {
      items.push(...readPiece(next.text, piece.text));
      at += 1;
    } else items.push(...readPiece(piece.text));
  }
  return items;
}

const hasEmail = ({ text }: Piece): boolean => text.includes('@');

/** Cells of a table: one email, and a name around it. */
function readRow(pieces: Piece[]): Item[] {
  const names = pieces.filter((piece) => !hasEmail(piece)).map(({ text }) => text);
  return pieces
    .filter(hasEmail)
    .flatMap(({ text }) => readPiece(text))
    .map((item) =>
      'email' in item && fullName(item) === '' ? { ...item, ...namesIn(names.join(' ')) } : item,
    );
}

/** Bullets and numbers of lists, and the names of header fields: "To:", "Cc:". */
function stripLabel(text: string): string {
  const bare = text.replace(/^(?:(?:[•·‣▪▫◦●○*–—>+-]|\d{1,3}[.)])\s+|[•·‣▪▫◦●○])+/u, '');
  return bare.replace(/^\p{L}[\p{L} -]{0,30}:\s*/u, '');
}

const COMMENT = /(^|\s)\(([^()]*)\)(?=\s|$)/;

function readPiece(piece: string, lastName = ''): Item[] {
  const text = piece.replace(COMMENT, '$1').trim();
  const bracketed = /^(.*?)<([^<>]*)>$/.exec(text);
  const isWord = bracketed?.[1]?.includes('@') && !bracketed[2]?.includes('@');
  if (bracketed && !isWord) return [readBracketed(bracketed, lastName)];
  const [, quoted = '', rest] = /^"([^"]*)"(.*)$/.exec(text) ?? [];
  if (rest?.startsWith(' ')) return [readAddress(rest, quoted)];
  if (rest?.startsWith('@'))
    return [{ text, reason: reasonAgainst(text) ?? 'there are quotes before the @' }];
  const items = readWords(rest === '' ? quoted : text);
  // "ann@example.com (Ann Lee)", as the oldest mail programs write it.
  const [only, ...more] = items;
  const comment = COMMENT.exec(piece)?.[2] ?? '';
  return only && more.length === 0 && 'email' in only ? [{ ...only, ...namesIn(comment) }] : items;
}

function readBracketed([text, before = '', inside = '']: string[], lastName: string): Item {
  const name = before.trim();
  if (!name.includes('@')) return readAddress(inside, lastName === '' ? name : `${lastName}, ${name}`);
  const item = readAddress(inside, '');
  const other = stripMarks(name);
  if (!('email' in item) || other.toLowerCase() === item.email.toLowerCase()) return item;
  return { text: text ?? '', reason: 'these are two different emails; put a comma between them' };
}

function readWords(text: string): Item[] {
  const words = text.split(/\s+/).filter((word) => !CONNECTOR.test(word) && stripMarks(word) !== '');
  const free = words.filter((word) => !word.includes('@'));
  const items = words.filter((word) => word.includes('@')).map((word) => readAddress(word, ''));
  if (free.length === 0) return items;
  const name = free.join(' ');
  const [only, ...more] = items;
  const isName = /^\p{Lu}/u.test(name) && only && more.length === 0 && 'email' in only;
  const hint = isName ? `; write a name like this: ${name} <${only.email}>` : '';
  return [{ text: name, reason: `${NO_AT}${hint}` }, ...items];
}

function readAddress(typed: string, name: string): Item {
  const text = stripMarks(typed.trim());
  const reason = reasonAgainst(text);
  if (reason !== undefined) return { text: typed.trim() || name, reason };
  return { email: parseEmailAddress(text).spelling, ...namesIn(name) };
}

const reasonAgainst = (text: string): string | undefined =>
  refusedFields(() => parseEmailAddress(text)).email;

const namesIn = (text: string): Names => {
  const name = cleanName(text.replace(/["<>;@|\\\p{Cs}]+/gu, ' ')).replace(/^'(.*)'$/, '$1');
  return CONNECTOR.test(text.trim()) ? { firstName: '', lastName: '' } : splitName(name);
};

/** Marks are searched from each place, so a text that is no email anyway must not be long. */
const MAX_MARKED_LENGTH = 1_000;

/** Quotes, backticks, brackets and full stops around an email. */
function stripMarks(text: string): string {
  if (text.length > MAX_MARKED_LENGTH) return text;
  const bare = text.replace(/^[<([{"‘’`‹]+/, '').replace(/[.,;:!?…)\]}>"’›]+$/, '');
  // These may begin an email, so only in pairs.
  const pair = /^(['*_~`]+)(.*[^'*_~`])(['*_~`]+)[.,;:!?]*$/.exec(bare);
  if (pair) return stripMarks(pair[2] ?? '');
  return bare.replace(/`+$/, '');
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= MAX_FAULTY_TEXT_LENGTH
    ? line
    : `${line.slice(0, MAX_FAULTY_TEXT_LENGTH - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
