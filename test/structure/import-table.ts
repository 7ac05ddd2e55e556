// Which part may import which other part, and which packages.
import { posix } from 'node:path';
import { readSource } from './source-facts.ts';

/** The parts that compose the others. They may import everything, and no other part imports them. */
const COMPOSITION = ['main', 'app', 'dependencies', 'cli'];

/** Our parts that each part may import, beside itself. A part that is not listed is refused. */
const TABLE: Record<string, readonly string[]> = {
  languages: [],
  domain: ['languages'],
  emails: [],
  db: ['domain'],
  security: ['domain'],
  web: ['domain'],
  mail: ['emails', 'security', 'languages', 'domain'],
  azure: ['domain'],
  identity: ['domain'],
  openapi: ['security', 'domain'],
  events: ['security', 'domain'],
  operations: ['db', 'security', 'mail', 'azure', 'identity', 'openapi', 'events', 'languages', 'domain'],
  slack: ['operations', 'web', 'domain'],
  portal: ['operations', 'web', 'languages', 'domain'],
  management: ['operations', 'events', 'web', 'domain'],
  gateway: ['web', 'domain', 'security', 'mail'],
  // The schedule picks the rows that are due; an operation handles each.
  jobs: ['operations', 'db', 'mail', 'events', 'domain', 'azure'],
  playground: ['web'],
  // The part that uses a setting knows which values are good.
  settings: ['web', 'security', 'management', 'languages', 'domain'],
  log: [],
};

/** Made in `main` and passed down, so that only their types travel. */
const TYPES_FOR_ALL = ['settings', 'log'];

/** A package that is not listed may be used anywhere but in `domain` and `emails`. */
const PACKAGES: readonly [RegExp, readonly string[]][] = [
  [/^(drizzle-orm|postgres)(\/|$)/, ['db']],
  [/^pg$/, ['db']],
  [/^graphile-worker$/, ['db', 'jobs']],
  [/^@slack\//, ['slack', 'app']],
  [/^resend$/, ['mail']],
  [/^@node-rs\/bcrypt$/, ['security']],
  [/^(hono|@hono\/.*)(\/|$)/, ['web', 'portal', 'management', 'gateway', 'playground', 'app', 'cli']],
  [/^react(-dom)?(\/|$)/, ['emails', 'mail', 'portal', 'playground']],
  [/^react-email$/, ['emails', 'mail']],
  [/^pino$/, ['log']],
  [/^prom-client$/, ['web']],
  [/^jose$/, ['management', 'security']],
  [/^esbuild$/, ['playground']],
  [/^@azure\//, ['azure']],
  [/^openid-client$/, ['identity']],
  [/^(cloudevents|standardwebhooks)$/, ['events']],
  [/^oidc-provider$/, ['playground']],
  [/^intl-messageformat$/, ['languages']],
  [/^(yaml|@seriousme\/openapi-schema-validator)$/, ['openapi']],
];

/** Pure parts: no file, clock or network, so nothing of Node, and only these packages. */
const PURE: Record<string, readonly RegExp[]> = {
  languages: [/^intl-messageformat$/],
  // Of Node only its pure functions for international domains.
  domain: [
    /^@zxcvbn-ts\/language-common$/,
    /^zod$/,
    /^csv-(parse|stringify)\/sync$/,
    /^disposable-email-domains-js$/,
    /^damerau-levenshtein$/,
    /^node:url$/,
  ],
  emails: [/^react(\/|$)/, /^react-email$/],
};

export type Breach = { file: string; line: number; what: string };

/** The breaches of one file. `file` is relative to the project, with `/`; `dependencies` are those of package.json. */
export function findImportBreaches(file: string, text: string, dependencies: ReadonlySet<string>): Breach[] {
  const part = partOf(file);
  if (!COMPOSITION.includes(part) && !TABLE[part])
    return [{ file, line: 1, what: `${part} is not a part that the table knows` }];
  return readSource(file, text).imports.flatMap(({ specifier, line, isType }) => {
    const what = /^\.|^\//.test(specifier)
      ? judgeOwn(part, partOf(posix.join(posix.dirname(file), specifier)), isType)
      : judgePackage(part, specifier, dependencies);
    return what ? [{ file, line, what: `${what} (${specifier})` }] : [];
  });
}

function partOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second.replace(/\.tsx?$/, '') : top;
}

function judgeOwn(from: string, to: string, isType: boolean): string | null {
  if (to === from) return null;
  const isKnown = COMPOSITION.includes(to) || TABLE[to];
  if (isKnown && COMPOSITION.includes(from)) return null;
  if (TYPES_FOR_ALL.includes(to) && from !== 'domain') {
    return isType ? null : `${from} may import the types of ${to} only`;
  }
  return TABLE[from]?.includes(to) ? null : `${from} may not import ${to}`;
}

function judgePackage(part: string, specifier: string, dependencies: ReadonlySet<string>): string | null {
  const pure = PURE[part];
  if (pure && !pure.some((one) => one.test(specifier))) return `${part} is pure and may not import this`;
  if (specifier.startsWith('node:')) return null;
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  if (!dependencies.has(name)) return 'not among the dependencies of package.json';
  const rule = PACKAGES.find(([pattern]) => pattern.test(specifier));
  return rule && !rule[1].includes(part) ? `${part} may not import this package` : null;
}
