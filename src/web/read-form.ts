import { HttpRefusal } from './refusal.ts';

const MAX_FIELDS = 50;

/** One text by name. */
export type FormFields = ReadonlyMap<string, string>;

/**
 * Reads a posted form. Refuses everything that two programs could read differently: another content type than
 * `application/x-www-form-urlencoded` (415), a repeated name, broken percent-encoding, bytes that are not UTF-8, a NUL,
 * more than 50 fields (400).
 * Source: ASVS 3.5.x; GitLab CVE-2023-7028 (an email given twice).
 */
export async function readForm(request: Request): Promise<FormFields> {
  demandForm(request.headers.get('content-type'));
  return parseForm(new Uint8Array(await request.arrayBuffer()));
}

function demandForm(contentType: string | null): void {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every((parameter) => /^(charset="?utf-8"?)?$/.test(parameter.trim()));
  if (type.trim() !== 'application/x-www-form-urlencoded' || !isUtf8) {
    throw new HttpRefusal('unsupported_content_type');
  }
}

function parseForm(bytes: Uint8Array): FormFields {
  const fields = new Map<string, string>();
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    for (const pair of text.split('&').filter((one) => one !== '')) {
      const [name, ...value] = pair.split('=');
      const key = decode(name ?? '');
      if (fields.has(key) || fields.size >= MAX_FIELDS) throw new HttpRefusal('bad_request');
      fields.set(key, decode(value.join('=')));
    }
  } catch {
    throw new HttpRefusal('bad_request');
  }
  return fields;
}

/** Unlike URLSearchParams, this throws for an invalid encoding. */
function decode(text: string): string {
  const decoded = decodeURIComponent(text.replaceAll('+', ' '));
  if (decoded.includes('\0')) throw new HttpRefusal('bad_request');
  return decoded;
}
