import { z } from 'zod';
import { insertExport } from '../../db/exports/exports.ts';
import { newId } from '../../db/ids.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { sealText } from '../../security/sealed-text.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { EXPORT_KINDS, EXPORTS, type Wanted } from './kinds.ts';
import { EXPORT_FORMATS } from './text.ts';

/** Built in memory, and more than a spreadsheet is pleasant with. */
export const MAX_ROWS_IN_SLACK = 50_000;
export const FILE_LIFETIME_HOURS = 24;
export const EXPORT_SEALED_AS = 'export';
const MAX_WANTED_LENGTH = 300;

/**
 * Takes rows out of the product: the audit has who took how many of what, before the first is read. In Slack a job sends them as a
 * file, which ends a day later; elsewhere the caller reads them with `exportedText`. `wanted` is what narrows the list.
 * Errors: those of the list; `export_empty`; `export_too_large` in Slack.
 */
export const takeExport = defineOperation({
  name: 'exports/take',
  allowed: ADMINS,
  effect: 'change',
  input: {
    kind: z.enum(EXPORT_KINDS),
    format: z.enum(EXPORT_FORMATS).default('csv'),
    wanted: z
      .record(z.string().max(40), z.union([z.string().max(MAX_WANTED_LENGTH), z.boolean()]))
      .default({}),
  },
  async run(act, { kind, format, wanted }) {
    const rows = await EXPORTS[kind].count(act, wanted);
    if (rows === 0) throw new DomainError('export_empty');
    const isInSlack = act.actor.kind === 'slack';
    if (isInSlack && rows > MAX_ROWS_IN_SLACK) throw new DomainError('export_too_large', { count: rows });
    act.record({ after: { export: kind, format, rows, ...filtersOf(wanted) } });
    if (act.actor.kind !== 'slack') return { rows };
    const { teamId, userId: slackUserId } = act.actor;
    const [serviceId, id] = [act.service.id, newId(act.now, act.random)];
    const sealedWanted = sealText(act.keyring, EXPORT_SEALED_AS, JSON.stringify(wanted), act.random);
    const endsAt = hoursAfter(act.now, FILE_LIFETIME_HOURS);
    await insertExport(act.tx, {
      ...{ serviceId, id, kind, format, sealedWanted, teamId, slackUserId },
      ...{ createdAt: act.now, endsAt },
    });
    await addJob(act.tx, 'send-export', { serviceId, exportId: id });
    return { rows };
  },
});

/** What was searched for may be an email, and the audit keeps this for good. */
function filtersOf(wanted: Wanted) {
  const filters = Object.entries(wanted)
    .filter(([, value]) => value !== false)
    .map(([name, value]) => (name === 'text' || value === true ? name : `${name} ${value}`));
  return filters.length ? { filters } : {};
}
