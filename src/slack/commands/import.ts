// Imports a table of developers: pasted into the modal here, or sent as a file (features/direct-message.ts).
import { checkImport } from '../../operations/accounts/check-import.ts';
import { beginBatch } from '../../operations/batches/begin.ts';
import { recordBatchMessage } from '../../operations/batches/record-message.ts';
import { planImport } from '../../operations/imports/import-table.ts';
import { keepImport, MAX_TABLE_NAME_LENGTH } from '../../operations/imports/keep.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { openModalFor } from '../frame/role.ts';
import { type Message, modal, section, textInput } from '../present/blocks.ts';
import { dryRunMessage } from '../present/import.ts';

/** Slack's limit for a field of a modal. */
const MAX_PASTED_LENGTH = 3_000;

const openImport = (request: SlackRequest) => openModalFor(request, checkImport, {}, importModal);

export const importFeature: Feature = {
  command: {
    name: 'import',
    aliases: ['upload', 'bulk', 'csv'],
    usage: 'import',
    summary:
      'Adds or invites many developers at once from a table: pasted, or a CSV file in a direct message to this app.',
    example: '/apim-user import',
    who: 'admins',
    run: openImport,
  },
  submissions: {
    import: {
      async run(request, values) {
        const dryRun = await makeDryRun(request, {
          name: 'pasted table',
          text: String(values.table ?? ''),
          notes: [],
        });
        const { channel } = await request.client.conversations.open({ users: request.actor.userId });
        await postDryRun(request, channel?.id ?? '', dryRun);
        return { text: 'The dry run is in our direct message, with a button that applies it.' };
      },
    },
  },
  buttons: {
    'menu-import': openImport,
    async 'import-apply'(request, value) {
      await beginBatch(request.context, { batchId: value });
      await request.reply({
        text: 'Started. The message above shows the progress, and at the end the result of each row.',
      });
    },
  },
};

const importModal = () =>
  modal({
    callback: 'import',
    title: 'Import developers',
    submit: 'Dry run',
    blocks: [
      section(
        `Paste a table of up to ${MAX_PASTED_LENGTH.toLocaleString('en-US')} characters. For a larger one, send me a CSV or TSV *file* of up to 10,000 rows in our direct message.`,
      ),
      textInput('table', 'Table', {
        multiline: true,
        maxLength: MAX_PASTED_LENGTH,
        hint: 'Copy it from a spreadsheet. The first line names the columns: email and, if you like, first name, last name, groups (separated by ;), note and mode (add or invite; invite when empty). Other columns are ignored. You see a dry run before anything changes.',
      }),
    ],
  });

type DryRun = { message: Message; saved: { batchId: string } | null };

/** Describes what a table would do, and saves it for the Apply button. Errors: those of `planImport` and `keepImport`. */
export async function makeDryRun(
  request: SlackRequest,
  table: { name: string; text: string; notes?: string[] },
): Promise<DryRun> {
  const name = table.name.slice(0, MAX_TABLE_NAME_LENGTH);
  const { rows, notes } = await planImport(request.context, table.text);
  const hasNewRows = rows.some((row) => row.status === 'new');
  const saved = hasNewRows ? await keepImport(request.context, { name, rows }) : null;
  return { message: dryRunMessage(name, rows, { saved, notes: [...(table.notes ?? []), ...notes] }), saved };
}

/** The channel has to be the operator's direct message, because a dry run holds emails. */
export async function postDryRun(
  request: SlackRequest,
  channelId: string,
  { message, saved }: DryRun,
): Promise<void> {
  const { text, blocks = [] } = message;
  const posted = await request.client.chat.postMessage({ channel: channelId, text, blocks });
  if (!saved) return;
  const messageTs = String(posted.ts);
  await recordBatchMessage(request.context, { batchId: saved.batchId, channelId, messageTs });
}
