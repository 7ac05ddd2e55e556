// A saved export: a head, one record a line, and the number of records as its last line, which shows that it is complete.
import { createReadStream } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import {
  COPIED_KINDS,
  type CopiedKind,
  type CopiedRecord,
  type CopySource,
  copiedRecord,
} from '../../domain/azure-record.ts';
import { fieldsOf } from '../../operations/frame/operation.ts';
import { UsageError } from '../program.ts';

const FORMAT = 'apim-user/azure-export/1';
const head = z.strictObject({ export: z.literal(FORMAT), from: z.string(), at: z.iso.datetime() });
const end = z.strictObject({ end: z.int().nonnegative() });
const RECORDS_A_PAGE = 100;
const OTHERS_MODE = 0o077;

/** Saves all records, with keys, for the owner of the file only (0600). The file gets its name once it is complete. */
export async function saveExport(
  file: string,
  source: CopySource,
  { from, at }: { from: string; at: Date },
  onPage: (kind: CopiedKind, saved: number) => Promise<void> | void,
): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  if (isThere) throw new UsageError(`${file} is there already; name another file.`);
  const part = `${file}.part`;
  await rm(part, { force: true });
  const handle = await open(part, 'wx', 0o600);
  try {
    await handle.write(lineOf({ export: FORMAT, from, at: at.toISOString() }));
    let all = 0;
    for (const kind of COPIED_KINDS) {
      let saved = 0;
      for await (const page of source.pages(kind)) {
        await handle.write(page.map(lineOf).join(''));
        saved += page.length;
        await onPage(kind, saved);
      }
      all += saved;
    }
    await handle.write(lineOf({ end: all }));
    await handle.sync();
  } catch (error) {
    // An incomplete file is useless, and it holds keys.
    await rm(part, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
  await rename(part, file);
}

const lineOf = (value: object): string => `${JSON.stringify(value)}\n`;

/** Reads the whole file first. Throws a `UsageError` for a damaged one, before anything is copied. */
export async function openExport(
  file: string,
): Promise<{ source: CopySource; isReadByOthers: boolean; at: string }> {
  const facts = await stat(file).catch(() => null);
  if (!facts?.isFile()) throw new UsageError(`File not found: ${file}.`);
  const at = await requireComplete(file);
  return {
    at,
    isReadByOthers: process.platform !== 'win32' && (facts.mode & OTHERS_MODE) !== 0,
    source: { pages: (kind) => pagesOf(file, kind) },
  };
}

async function requireComplete(file: string): Promise<string> {
  let [at, records, ended]: [string | null, number, number | null] = [null, 0, null];
  let step = 0;
  for await (const { line, value } of linesOf(file)) {
    const lineError = (words: string) => new UsageError(`${file}, line ${line}: ${words}.`);
    if (line === 1) {
      const parsed = head.safeParse(value);
      if (!parsed.success) throw lineError(`is not the head of an export, ${FORMAT}`);
      at = parsed.data.at;
      continue;
    }
    if (ended !== null) throw lineError('stands behind the end');
    const last = end.safeParse(value);
    if (last.success) {
      ended = last.data.end;
      continue;
    }
    const parsed = copiedRecord.safeParse(value);
    if (!parsed.success) {
      const fields = Object.entries(fieldsOf(parsed.error));
      throw lineError(fields.map(([field, words]) => `${field}: ${words}`).join('; '));
    }
    const kind = COPIED_KINDS.indexOf(parsed.data.kind);
    if (kind < step) throw lineError(`${parsed.data.kind}s come before ${COPIED_KINDS[step]}s`);
    step = kind;
    records += 1;
  }
  if (at === null || ended !== records)
    throw new UsageError(`${file} is not whole: its last line doesn't say how many records there are.`);
  return at;
}

async function* pagesOf(file: string, kind: CopiedKind): AsyncIterable<CopiedRecord[]> {
  let page: CopiedRecord[] = [];
  for await (const { value } of linesOf(file)) {
    if ((value as { kind?: unknown }).kind !== kind) continue;
    page.push(copiedRecord.parse(value));
    if (page.length < RECORDS_A_PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

async function* linesOf(file: string): AsyncIterable<{ line: number; value: unknown }> {
  let line = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    line += 1;
    yield { line, value: recordOn(text, `${file}, line ${line}`) };
  }
}

function recordOn(text: string, place: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // The parser's own error would quote the line, which may hold a key.
  }
  throw new UsageError(`${place}: is no record.`);
}
