// What the mirror of an Azure API Management instance has to say, as lines on a terminal.
import { listDrifts } from '../../operations/azure/list-drifts.ts';
import { listAzureOrders } from '../../operations/azure/list-orders.ts';
import { previewAzureMode } from '../../operations/azure/preview-mode.ts';
import type { MirrorStatus } from '../../operations/azure/show.ts';
import type { Context } from '../../operations/frame/context.ts';
import { printLine } from '../program.ts';

export async function printStatus(mirror: MirrorStatus): Promise<void> {
  const { path, mode, boundAt, orders, differences, trouble, troubleSince } = mirror;
  await printLine(`${path}, mode ${mode}, bound ${boundAt.toISOString()}`);
  await printLine(`comparison: ${comparisonWords(mirror)}`);
  if (trouble) await printLine(`trouble since ${troubleSince?.toISOString()}: ${trouble}`);
  await printLine(
    `changes for Azure: ${orders.waiting} waiting, ${orders.refused} refused, ${orders.kept} kept here`,
  );
  await printLine(`differences: ${differences} open`);
}

function comparisonWords({ phase, progress, passEndedAt }: MirrorStatus): string {
  const last = passEndedAt ? `the last one ended ${passEndedAt.toISOString()}` : 'none has ended yet';
  if (phase === null) return last;
  const { seen = 0, of = null } = progress?.find(({ kind }) => kind === phase) ?? {};
  const where = phase === 'missing' ? 'what is gone' : `${seen}${of === null ? '' : ` of ${of}`} ${phase}s`;
  return `under way, at ${where}; ${last}`;
}

/** The changes that Azure hasn't got. */
export async function printOrders(context: Context, isWhole: boolean): Promise<void> {
  for (const state of ['waiting', 'refused'] as const)
    for (let after: number | undefined; ; ) {
      const { orders, next } = await listAzureOrders(context, { state, after });
      for (const { kind, label, changedAt, code, words } of orders) {
        const why = [code, words].filter(Boolean).join(', ');
        await printLine(
          `  ${state}: ${kind} ${label}, changed ${changedAt.toISOString()}${why ? `: ${why}` : ''}`,
        );
      }
      if (next === null) break;
      if (!isWhole) {
        await printLine(`  ${state}: more, with --all`);
        break;
      }
      after = next;
    }
}

/** What the mode never wrote. */
export async function printUnwritten(context: Context): Promise<void> {
  const preview = await previewAzureMode(context, {});
  const count = preview?.writes.full ?? 0;
  if (count > 0)
    await printLine(`${count} things are not in Azure as they are here, because the mode didn't write them.`);
}

/** The open differences, by their fields; values are for the cards in Slack. */
export async function printDifferences(context: Context, isWhole: boolean): Promise<void> {
  for (let after: string | undefined; ; ) {
    const { drifts, next } = await listDrifts(context, { after });
    for (const { kind, label, field, foundAt } of drifts)
      await printLine(`  different: ${kind} ${label}, ${field}, found ${foundAt.toISOString()}`);
    if (next === null) return;
    if (!isWhole) return printLine('  different: more, with --all');
    after = next;
  }
}
