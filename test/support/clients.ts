// What each of Azure's clients does with each resource here. Each client's suite measures its column of the table under
// "Clients" in docs/azure-tools.md, and writes it with `--update`.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The columns, in the page's order. */
const CLIENTS = ['JavaScript', 'Python', 'az', 'Terraform', 'APIOps'] as const;
type Client = (typeof CLIENTS)[number];
type Resource =
  | 'service'
  | 'user'
  | 'group'
  | 'member of a group'
  | 'product'
  | 'limits of a product'
  | 'API of a product'
  | 'group of a product'
  | 'API'
  | 'OpenAPI document of an API'
  | 'operation of an API'
  | 'subscription'
  | 'keys of a subscription'
  | 'email template'
  | 'notification'
  | 'recipient of a notification'
  | 'portal setting'
  | 'report'
  | 'other collections';
type Action = 'create' | 'read' | 'update' | 'delete';
/** Of most clients: what they can do with the resources that this service is for. */
export const MANAGED = {
  user: 'CRUD',
  group: 'CRUD',
  'member of a group': 'CRD',
  product: 'CRUD',
  'API of a product': 'CRD',
  'group of a product': 'CRD',
  API: 'CRUD',
  subscription: 'CRUD',
} satisfies Partial<Record<Resource, string>>;
/** `refused`: with a sentence that says what to do instead; the page's last column has the reason. */
type Result = 'yes' | 'refused';

/** Paths below the service. */
const AT: readonly [RegExp, Resource][] = [
  [/^$/, 'service'],
  [/^users(\/[^/]+)?$/, 'user'],
  [/^groups(\/[^/]+)?$/, 'group'],
  [/^groups\/[^/]+\/users(\/[^/]+)?$/, 'member of a group'],
  [/^products(\/[^/]+)?$/, 'product'],
  [/^products\/[^/]+\/policies(\/policy)?$/, 'limits of a product'],
  [/^products\/[^/]+\/api(s|Links)(\/[^/]+)?$/, 'API of a product'],
  [/^products\/[^/]+\/group(s|Links)(\/[^/]+)?$/, 'group of a product'],
  [/^apis(\/[^/]+)?$/, 'API'],
  [/^apis\/[^/]+\/operations(\/[^/]+)?$/, 'operation of an API'],
  [/^subscriptions(\/[^/]+)?$/, 'subscription'],
  [/^subscriptions\/[^/]+\/(listSecrets|regenerate\w+Key)$/, 'keys of a subscription'],
  [/^templates\/[^/]+$/, 'email template'],
  [/^notifications\/[^/]+$/, 'notification'],
  [/^notifications\/[^/]+\/recipient\w+(\/[^/]+)?$/, 'recipient of a notification'],
  [/^reports\/[^/]+$/, 'report'],
  [/^portalsettings(\/[^/]+)?$/, 'portal setting'],
  [
    /^(policies|namedValues|tags|backends|loggers|gateways|diagnostics|apiVersionSets)(\/[^/]+)?$/,
    'other collections',
  ],
];

function actionOf(method: string, path: string, status: number): Action {
  if (method === 'PUT') return status === 200 ? 'update' : 'create';
  if (method === 'POST') return path.endsWith('listSecrets') ? 'read' : 'update';
  return method === 'PATCH' ? 'update' : method === 'DELETE' ? 'delete' : 'read';
}

const LETTERS: Record<Action, string> = { create: 'C', read: 'R', update: 'U', delete: 'D' };
const PAGE = fileURLToPath(new URL('../../docs/azure-tools.md', import.meta.url));

/**
 * The column of one client. `offers` has the actions that the client offers for a resource, as letters: `CRUD`, `R`, or
 * an empty text for none. A suite of several files names each resource in one of them.
 *
 * Call `covers` or `saw` after the client has done it. `expectOnPage` belongs in the last test of the file: it fails when an
 * offered action wasn't covered, or the page says something else.
 */
export function clientTable(client: Client, offers: Partial<Record<Resource, string>>) {
  const seen = new Map<string, Result>();
  const cell = (resource: string, offered: string) =>
    Object.entries(LETTERS)
      .map(([action, letter]) => {
        if (!offered.includes(letter)) return '–';
        const result = seen.get(`${resource}: ${action}`);
        return result === 'refused' ? `(${letter})` : result ? letter : `${letter}?`;
      })
      .join(' ');
  const isOffered = (resource: Resource, action: Action) => offers[resource]?.includes(LETTERS[action]);
  function covers(resource: Resource, action: Action, result: Result = 'yes'): void {
    const name = `${resource}: ${action}`;
    if (!isOffered(resource, action)) throw new Error(`${client} doesn't offer ${name}`);
    // What works in one case and is refused in another works.
    if (seen.get(name) !== 'yes') seen.set(name, result);
  }
  return {
    covers,
    /** Covers what an answered request did. `path` is below the service, without a query. */
    saw(method: string, path: string, status: number): void {
      const resource = AT.find(([pattern]) => pattern.test(path.replace(/^\//, '')))?.[1];
      const action = actionOf(method, path, status);
      if (status < 400 && resource && isOffered(resource, action)) covers(resource, action);
    },
    async expectOnPage(): Promise<void> {
      const cells = Object.entries(offers).map(([resource, offered]) => [resource, cell(resource, offered)]);
      expect(
        cells.filter(([, text]) => text?.includes('?')),
        `${client} offers these, and no test covers them`,
      ).toEqual([]);
      const page = cells.reduce(
        (text, [resource = '', measured = '']) => withCell(text, resource, client, measured),
        readFileSync(PAGE, 'utf8'),
      );
      await expect(
        page,
        'run this test with `--update`, read the difference, and commit it',
      ).toMatchFileSnapshot(PAGE);
    },
  };
}

function withCell(page: string, resource: string, client: Client, cell: string): string {
  const row = page
    .slice(page.indexOf('## Clients'))
    .split('\n')
    .find((line) => line.startsWith(`| ${resource} |`));
  if (!row) throw new Error(`docs/azure-tools.md has no row "${resource}" under "Clients"`);
  const parts = row.split(' | ');
  parts[CLIENTS.indexOf(client) + 1] = cell;
  return page.replace(row, () => parts.join(' | '));
}
