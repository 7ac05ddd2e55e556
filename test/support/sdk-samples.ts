// The samples that Microsoft publishes inside its packages, run as they are, except that their client is given to them.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';

export type Sample = {
  /** As in the package: `apiManagementCreateUser`. */
  name: string;
  /** `user.createOrUpdate` */
  operation: string;
  source: string;
  run(client: object): Promise<void>;
};

const require = createRequire(import.meta.url);

/** The samples of a package. The one of version 10 has none. */
export function samplesOf(packageName: string): Sample[] {
  const root = dirname(require.resolve(`${packageName}/package.json`));
  const folder = join(root, 'dist-esm/samples-dev');
  const helpers = createRequire(join(root, 'package.json'))('tslib');
  return readdirSync(folder)
    .filter((file) => file.endsWith('Sample.js'))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8')
        .replace(/^import .*$/gm, '')
        .replace('dotenv.config();', '')
        .replace(/^\w+\(\)\.catch\(console\.error\);/gm, '');
      // A file has several samples, each a function.
      return text
        .split(/^(?=function )/m)
        .map((source) => ({ source, name: /^function (\w+)\(/.exec(source)?.[1] ?? '' }))
        .filter(({ source, name }) => name !== 'main' && source.includes('new ApiManagementClient('))
        .map(({ source, name }) => ({
          name,
          operation: /\bclient\.(\w+\.\w+)\(/.exec(source)?.[1] ?? '',
          source,
          run: (client: object) => run(source, name, client, helpers),
        }));
    });
}

type Helpers = { __awaiter: unknown; __asyncValues: unknown };

function run(source: string, name: string, client: object, helpers: Helpers): Promise<void> {
  const names = ['__awaiter', '__asyncValues', 'DefaultAzureCredential', 'ApiManagementClient', 'console'];
  const start = compileFunction(`${source}\nreturn ${name}();`, names);
  // `new ApiManagementClient(…)` is the client of the test.
  const givenClient = new Proxy(class {}, { construct: () => client });
  return start(helpers.__awaiter, helpers.__asyncValues, class {}, givenClient, { log() {} });
}
