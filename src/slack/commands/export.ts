// Sends the rows of a list as a file: by words, by a form, or by the button below a list.
import { DomainError } from '../../domain/domain-error.ts';
import { EXPORT_KINDS, type ExportKindName, type Wanted } from '../../operations/exports/kinds.ts';
import { takeExport } from '../../operations/exports/take.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../operations/exports/text.ts';
import { wantedRows } from '../../operations/exports/wanted-words.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { attempt, openModalFor } from '../frame/role.ts';
import { textOf } from '../modals/form.ts';
import { button, choiceInput, type Message, modal, textInput } from '../present/blocks.ts';
import { exportingText } from '../present/export.ts';
import { splitWords } from '../receive/typed-words.ts';

type Taken = { kind: ExportKindName; format: ExportFormat; wanted: Wanted };

const MAX_FILTER_LENGTH = 300;

export const exportFeature: Feature = {
  command: {
    name: 'export',
    aliases: ['download', 'extract', 'save'],
    usage: 'export accounts|subscriptions|invitations|usage [filters of the list] [as:csv|json]',
    summary:
      'Sends accounts, subscriptions, invitations or calls as a file: CSV, or JSON with `as:json`. The file comes as a direct message and is deleted after a day. The filters are those of the list; `usage` takes an account, `product:name`, and days like `from:2026-11-01 to:2026-11-30`.',
    example: '/apim-user export accounts idle:90d',
    who: 'admins',
    async run(request, [first, ...words]) {
      if (first === undefined) return openExport(request);
      await request.reply(await take(request, (attempting) => typed(attempting, first, words)));
    },
  },
  buttons: {
    'menu-export': (request) => openExport(request),
    'list-export': async (request, value) => {
      const { kind, wanted } = readCarried<Pick<Taken, 'kind' | 'wanted'>>(value);
      await request.reply(await take(request, () => ({ kind, format: 'csv', wanted })));
    },
  },
  submissions: {
    export: {
      run: (request, values) =>
        take(request, async (attempting) => {
          const kind = textOf(values, 'kind') as ExportKindName;
          const wanted = await wantedRows(attempting.context, kind, splitWords(textOf(values, 'filter')));
          return { kind, format: textOf(values, 'format') as ExportFormat, wanted };
        }),
    },
  },
};

/** For the end of a list's page. */
export const exportButton = (kind: ExportKindName, wanted: object) =>
  button('list-export', 'Export', JSON.stringify({ kind, wanted }), { label: `Export these ${kind} as CSV` });

const openExport = (request: SlackRequest) => openModalFor(request, takeExport, {}, exportModal);

async function take(
  request: SlackRequest,
  read: (request: SlackRequest) => Taken | Promise<Taken>,
): Promise<Message> {
  const taken = await attempt(request, takeExport, {}, read);
  const { rows } = await takeExport(request.context, taken);
  return { text: exportingText(taken, rows) };
}

async function typed({ context }: SlackRequest, first: string, words: string[]): Promise<Taken> {
  const kind = EXPORT_KINDS.find((one) => one === first.toLowerCase());
  if (!kind) throw refusal('export', `write ${namesOf(EXPORT_KINDS)}, such as export accounts idle:90d`);
  const isFormat = (word: string) => /^as:/i.test(word);
  const wish = words.find(isFormat)?.slice('as:'.length).toLowerCase() ?? 'csv';
  const format = EXPORT_FORMATS.find((one) => one === wish);
  if (!format) throw refusal('as', `write as:${EXPORT_FORMATS.join(' or as:')}`);
  return {
    kind,
    format,
    wanted: await wantedRows(
      context,
      kind,
      words.filter((word) => !isFormat(word)),
    ),
  };
}

const refusal = (name: string, words: string) =>
  new DomainError('invalid_input', { fields: { [name]: words } });

const namesOf = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

const KIND_TEXTS: Record<ExportKindName, string> = {
  accounts: 'Accounts',
  subscriptions: 'Subscriptions',
  invitations: 'Invitations',
  usage: 'Calls by subscription and day',
};

const exportModal = () =>
  modal({
    callback: 'export',
    title: 'Export',
    submit: 'Export',
    blocks: [
      choiceInput(
        'kind',
        'What',
        EXPORT_KINDS.map((value) => ({ value, text: KIND_TEXTS[value] })),
      ),
      choiceInput('format', 'Format', [
        { value: 'csv', text: 'CSV, for spreadsheets' },
        { value: 'json', text: 'JSON, for programs' },
      ]),
      textInput('filter', 'Filter', {
        optional: true,
        maxLength: MAX_FILTER_LENGTH,
        hint: 'Empty for all. The words of the list, such as state:active idle:90d; for invitations all, else the open ones; for subscriptions and calls an account or product:name; for calls also from:2026-11-01 to:2026-11-30.',
      }),
    ],
  });
