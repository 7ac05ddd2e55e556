// Writes the tables that the rule in Lua needs: our answers, and the characters that programs may read as others.
import { KEY_NAMES } from '../../domain/key-names.ts';
import { MAX_URI_LENGTH } from '../check/check-request.ts';
import {
  type CheckResponse,
  FAULT_RESPONSES,
  noKeyResponse,
  RATE_LIMITED,
  REFUSAL_RESPONSES,
  UNAVAILABLE,
} from '../check/check-response.ts';

/** `{header}`, `{time}` and `{seconds}` stand for what belongs to one call. */
const ANSWERS: Record<string, CheckResponse> = {
  ...FAULT_RESPONSES,
  ...REFUSAL_RESPONSES,
  rate_limited: RATE_LIMITED,
  no_key: noKeyResponse('{header}'),
  unavailable: UNAVAILABLE,
};

/** A file that returns a table. */
export function luaTables(): string {
  return `return {
  keyHeader = ${luaText(KEY_NAMES.header)}, keyQuery = ${luaText(KEY_NAMES.query)}, maxUriLength = ${MAX_URI_LENGTH},
  answers = {
${Object.entries(ANSWERS).map(luaAnswer).join('\n')}
  },
  folds = {${[...folds()].map(([from, to]) => `[${luaText(from)}]=${luaText(to)}`).join(',')}},
}
`;
}

function luaAnswer([name, { status, headers, body }]: [string, CheckResponse]): string {
  const pairs = headers.flatMap((text, at) => (at % 2 === 0 ? [[text, headers[at + 1] ?? '']] : []));
  // The length is that of the words in place.
  const kept = pairs.filter(([header]) => header !== 'Content-Length');
  const rows = kept.map(([header = '', value = '']) => `{ ${luaText(header)}, ${luaText(value)} }`);
  const { code } = JSON.parse(body).error;
  return `    ${name} = { status = ${status}, code = ${luaText(code)}, body = ${luaText(body)}, headers = { ${rows.join(', ')} } },`;
}

const COUNTS = /[./\\;?#\s]/;
const AFTER_ASCII = 0x80;
const LAST_CODE_POINT = 0x10ffff;

/** Characters that NFKC, or \s, turns into ones that count in a segment of dots. `x` stands for those that do not. */
function folds(): Map<string, string> {
  const found = new Map<string, string>();
  for (let code = AFTER_ASCII; code <= LAST_CODE_POINT; code++) {
    if (code === 0xd800) code = 0xe000;
    const character = String.fromCodePoint(code);
    const normal = character.normalize('NFKC');
    if (COUNTS.test(normal))
      found.set(
        character,
        [...normal].map((one) => (/\s/.test(one) ? ' ' : COUNTS.test(one) ? one : 'x')).join(''),
      );
  }
  return found;
}

/** Bytes outside ASCII by their numbers, because Lua's texts are bytes. */
const luaText = (text: string): string =>
  `"${[...Buffer.from(text)].map((byte) => (byte > 0x7e ? `\\${byte}` : String.fromCharCode(byte).replace(/["\\]/, '\\$&'))).join('')}"`;
