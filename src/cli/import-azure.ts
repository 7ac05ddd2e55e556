// npm run import:azure: compares a service of Azure API Management with ours, and copies what is new.
import { AzureFault } from '../azure/fault.ts';
import { openAzure } from '../azure/instance.ts';
import { AZURE_ENDPOINTS, isAzureEndpoint } from '../domain/azure-instance.ts';
import type { CopiedKind, CopiedRecord, CopySource } from '../domain/azure-record.ts';
import { DomainError } from '../domain/domain-error.ts';
import { type CopyLine, copyFrom, mailPasswordLinks } from '../operations/copies/copy-service.ts';
import type { Context } from '../operations/frame/context.ts';
import { openExport, saveExport } from './azure/export-file.ts';
import { forTerminal, refusalText } from './console/output.ts';
import {
  EXIT,
  print,
  printError,
  printLine,
  readArguments,
  requirePersonName,
  runProgram,
  UsageError,
  withDependencies,
} from './program.ts';

const HELP = `Copies the developers, products, APIs and subscriptions of an Azure API Management service, after a dry run:

  npm run -s import:azure -- --subscription ID --resource-group NAME --service NAME --save export.jsonl
      saves the service to a file. It signs in as the Azure CLI, a managed identity or the environment does. The file
      holds every key, so only you can read it (mode 0600). Delete it afterwards.
  npm run -s import:azure -- export.jsonl [--all] [--apply | --mail-passwords N] [--as "Your Name" --reason "why"]
      shows what is new, the same, different, in conflict or impossible here, and changes nothing. --all lists every
      record, not only those to look at. --apply copies what is new, and sends no mail; what differs here stays as it is.
      If it is interrupted, run it again. Without a file it reads the service each time.

Passwords can't be copied. --mail-passwords N mails a link to set one to at most N copied accounts without a password, one a
second. Run it again for the next N.

--endpoint URL --token-file FILE reads another server of this product, with a token that has the grant list-secrets, or Azure
with a token of your own. --endpoint alone is for a national cloud (${AZURE_ENDPOINTS.slice(1).join(', ')}).

Exit code: 0 done; 1 something could not be copied, or the source refused; 64 this help; 70 an error; 78 settings.
`;
const OPTIONS = {
  subscription: { type: 'string' },
  'resource-group': { type: 'string' },
  service: { type: 'string' },
  endpoint: { type: 'string' },
  'token-file': { type: 'string' },
  save: { type: 'string' },
  all: { type: 'boolean' },
  apply: { type: 'boolean' },
  'mail-passwords': { type: 'string' },
  as: { type: 'string' },
  reason: { type: 'string' },
} as const;
const MAX_MAILS = 10_000;
const MAX_REASON_LENGTH = 500;
const PROGRESS_RECORDS = 500;
/** Without --all these are counted and not listed. */
const QUIET: readonly CopyLine['status'][] = ['new', 'copied', 'same'];
const FAILED: readonly CopyLine['status'][] = ['conflict', 'impossible', 'refused'];

type ImportOptions = ReturnType<typeof readOptions>;

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  try {
    const source = await openSource(options);
    const { save } = options.values;
    if (save !== undefined) return await saveTo(save, source, options);
    return await withDependencies(async ({ contextOf }) => {
      const plain = contextOf({ kind: 'console', name: options.name });
      const context = options.reason ? { ...plain, reason: options.reason } : plain;
      return options.mails === null
        ? copy(context, source, options)
        : mailPasswords(context, source, options.mails);
    });
  } catch (error) {
    const fault = error instanceof DomainError ? refusalText(error) : sourceFault(error);
    if (fault === null) throw error;
    printError(forTerminal(fault));
    return EXIT.refused;
  }
}

function readOptions(args: string[]) {
  const { values, positionals } = readArguments(args, OPTIONS);
  const [file, ...more] = positionals;
  const mails = values['mail-passwords'] === undefined ? null : Number(values['mail-passwords']);
  const isInstance = Boolean(values.subscription || values['resource-group'] || values.service);
  if (more.length > 0 || (file === undefined) !== isInstance || (values.save !== undefined && !isInstance))
    throw new UsageError(HELP);
  if (mails !== null && !(Number.isInteger(mails) && mails >= 1 && mails <= MAX_MAILS))
    throw new UsageError(`--mail-passwords is a number from 1 to ${MAX_MAILS}.`);
  if (values.apply && mails !== null) throw new UsageError('--apply first, and --mail-passwords after it.');
  const name = values.as?.trim() ?? '';
  const reason = values.reason?.trim() ?? '';
  const isChange = values.apply || mails !== null;
  if (isChange && (!name || !reason))
    throw new UsageError('Add --as "Your Name" and --reason "why": the audit records both.');
  requirePersonName(name);
  if (reason.length > MAX_REASON_LENGTH)
    throw new UsageError(`--reason has at most ${MAX_REASON_LENGTH} characters.`);
  return { values, file, mails, name: name || 'a dry run', reason };
}

async function openSource({ values, file }: ImportOptions): Promise<CopySource> {
  if (file !== undefined) {
    const { source, isReadByOthers } = await openExport(file);
    if (isReadByOthers) printError(`Others on this machine can read ${file}, and the keys in it: chmod 600.`);
    return source;
  }
  const { subscription = '', 'resource-group': resourceGroup = '', service = '' } = values;
  if (!subscription || !resourceGroup || !service)
    throw new UsageError('--subscription, --resource-group and --service name the service.');
  // Azure's rules; the SDK throws on anything else.
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(subscription))
    throw new UsageError('--subscription is the id of an Azure subscription, a UUID; of ours, any.');
  if (resourceGroup.length > 90) throw new UsageError('--resource-group has at most 90 characters.');
  if (!/^[a-zA-Z]([a-zA-Z0-9-]{0,48}[a-zA-Z0-9])?$/.test(service))
    throw new UsageError('--service is the name of a service, of letters, digits and dashes.');
  const endpoint = (values.endpoint ?? AZURE_ENDPOINTS[0]).replace(/\/+$/, '');
  if (!/^https:\/\/[^/\s]+$/.test(endpoint))
    throw new UsageError('--endpoint is https://HOST, because a token must not be sent unencrypted.');
  const tokenFile = values['token-file'];
  if (tokenFile === undefined && !isAzureEndpoint(endpoint))
    throw new UsageError(`--endpoint ${endpoint} is not Azure's, so it takes --token-file.`);
  const azure = await openAzure(
    { subscription, resourceGroup, service, endpoint, tokenFile },
    { isPatient: true, withKeys: true, clock: () => new Date() },
  );
  return {
    async *pages(kind) {
      let cursor: string | null = null;
      do {
        const page: { records: CopiedRecord[]; cursor: string | null } = await azure.page(kind, cursor);
        yield page.records;
        cursor = page.cursor;
      } while (cursor !== null);
    },
  };
}

function sourceFault(error: unknown): string | null {
  if (!(error instanceof AzureFault)) return null;
  return error.code === 'credential' ? error.words : `The source answered ${error.answer || 'nothing'}.`;
}

async function saveTo(file: string, source: CopySource, { values }: ImportOptions): Promise<number> {
  const from = `${values.service} in ${values['resource-group']}`;
  await saveExport(file, source, { from, at: new Date() }, (kind, saved) => {
    if (saved % PROGRESS_RECORDS === 0) printError(`${saved} ${kind}s`);
  });
  await print(
    `Saved ${file}. It holds every key: keep it secret, and delete it once everything is copied.\n`,
  );
  return EXIT.ok;
}

async function copy(context: Context, source: CopySource, { values }: ImportOptions): Promise<number> {
  const counts = new Map<CopiedKind, Map<CopyLine['status'], number>>();
  const providers = new Map<string, number>();
  let [done, failed, accounts] = [0, 0, 0];
  await copyFrom(context, source, values.apply ?? false, async ({ record, status, words }) => {
    const ofKind = counts.get(record.kind) ?? new Map<CopyLine['status'], number>();
    counts.set(record.kind, ofKind.set(status, (ofKind.get(status) ?? 0) + 1));
    const isQuiet = QUIET.includes(status);
    if (FAILED.includes(status)) failed += 1;
    if (record.kind === 'account' && isQuiet) {
      accounts += 1;
      for (const provider of record.identities.filter((one) => one !== 'Basic'))
        providers.set(provider, (providers.get(provider) ?? 0) + 1);
    }
    if (values.all || !isQuiet || words !== '')
      await printLine(`${status} ${labelOf(record)}${words === '' ? '' : `: ${words}`}`);
    done += 1;
    if (values.apply && done % PROGRESS_RECORDS === 0) printError(`${done} records`);
  });
  for (const [kind, ofKind] of counts)
    await print(`${kind}s: ${[...ofKind].map(([status, count]) => `${count} ${status}`).join(', ')}\n`);
  if (counts.has('product'))
    await print(
      'Of policies, only rate-limit and quota of products are copied. Those of APIs, operations and the service stay in the gateway.\n',
    );
  for (const [provider, count] of providers)
    await print(`${count} sign in with ${forTerminal(provider)} there; here they need a password.\n`);
  if (accounts > 0)
    await print(
      "Passwords can't be copied, and no mail was sent. --mail-passwords N mails links to set one.\n",
    );
  return values.apply && failed > 0 ? EXIT.refused : EXIT.ok;
}

function labelOf(record: CopiedRecord): string {
  const { kind, id } = record;
  if (kind === 'account') return `account ${id} <${record.email}>`;
  return kind === 'subscription' || kind === 'template' ? `${kind} ${id}` : `${kind} ${id} (${record.name})`;
}

async function mailPasswords(context: Context, source: CopySource, atMost: number): Promise<number> {
  const { mailed, left } = await mailPasswordLinks(context, source, atMost, (email) =>
    print(`mailed ${forTerminal(email)}\n`),
  );
  await print(
    `${mailed} links to set a password are being mailed, one a second; ${left} are left. Run it again for the next.\n`,
  );
  return EXIT.ok;
}

await runProgram(HELP, main);
