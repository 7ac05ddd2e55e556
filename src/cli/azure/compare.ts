// Compares an instance of Azure API Management with what is here, for a person at a terminal.

import { AzureFault } from '../../azure/fault.ts';
import { type AzureInstance, openAzure } from '../../azure/instance.ts';
import { MIRRORED_KINDS, type MirroredKind } from '../../domain/azure-mirror.ts';
import type { MirroredRecord } from '../../domain/azure-record.ts';
import { compareInstance } from '../../operations/azure/compare-instance.ts';
import { listOurs } from '../../operations/azure/list-ours.ts';
import type { Context } from '../../operations/frame/context.ts';
import type { AzureSettings } from '../../settings/azure-settings.ts';
import { printError, printLine } from '../program.ts';

const COMPARED_AT_ONCE = 100;
const LISTED = 20;
const PROGRESS_RECORDS = 5_000;

type Found = { same: number; different: string[]; there: string[]; here: string[] };

/** Prints what is the same, different, only there and only here. False when Azure couldn't be read. */
export async function compareWith(
  context: Context,
  settings: AzureSettings,
  isWhole: boolean,
): Promise<boolean> {
  try {
    const { tokenFile, ...service } = settings;
    const withKeys = settings.keys === 'mirrored';
    const azure = await openAzure(
      { ...service, tokenFile: tokenFile ?? undefined },
      { isPatient: true, withKeys, clock: context.clock },
    );
    for (const kind of MIRRORED_KINDS)
      await printFound(kind, await compareKind(context, azure, kind, withKeys), isWhole);
    return true;
  } catch (error) {
    if (!(error instanceof AzureFault)) throw error;
    printError(`Azure couldn't be read (${error.code}): ${error.words}`);
    return false;
  }
}

async function compareKind(
  context: Context,
  azure: AzureInstance,
  kind: MirroredKind,
  withKeys: boolean,
): Promise<Found> {
  const found: Found = { same: 0, different: [], there: [], here: [] };
  const matched = new Set<string>();
  for await (const records of pagesOf(azure, kind)) {
    for (const { id, label, ourId, differs } of await compareInstance(context, { kind, records, withKeys })) {
      if (ourId === null) found.there.push(`${id} ${label}`);
      else if (differs.length === 0) found.same += 1;
      else found.different.push(`${id} ${label}: ${differs.join(', ')}`);
      if (ourId !== null) matched.add(ourId);
    }
  }
  for (let after: string | undefined; ; ) {
    const { ours, next } = await listOurs(context, { kind, after });
    found.here.push(...ours.filter(({ id }) => !matched.has(id)).map(({ id, label }) => `${id} ${label}`));
    if (next === null) return found;
    after = next;
  }
}

async function* pagesOf(azure: AzureInstance, kind: MirroredKind): AsyncIterable<MirroredRecord[]> {
  let cursor: string | null = null;
  let read = 0;
  do {
    const page: Awaited<ReturnType<AzureInstance['page']>> = await azure.page(kind, cursor);
    for (let at = 0; at < page.records.length; at += COMPARED_AT_ONCE)
      yield page.records.slice(at, at + COMPARED_AT_ONCE);
    const before = read;
    read += page.records.length;
    if (Math.floor(read / PROGRESS_RECORDS) > Math.floor(before / PROGRESS_RECORDS))
      printError(`${read} ${kind}s`);
    cursor = page.cursor;
  } while (cursor !== null);
}

async function printFound(kind: MirroredKind, found: Found, isWhole: boolean): Promise<void> {
  const { same, different, there, here } = found;
  await printLine(
    `${kind}s: ${same} same, ${different.length} different, ${here.length} only here, ${there.length} only there`,
  );
  const lists = { different, 'only here': here, 'only there': there };
  for (const [words, lines] of Object.entries(lists)) {
    const shown = isWhole ? lines : lines.slice(0, LISTED);
    for (const line of shown) await printLine(`  ${words}: ${line}`);
    if (shown.length < lines.length)
      await printLine(`  ${words}: ${lines.length - shown.length} more, with --all`);
  }
}
