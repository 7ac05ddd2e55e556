// Compiles the product's programs to plain JavaScript: tsx takes a second of processor time at each start.
import { randomBytes } from 'node:crypto';
import { access, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Each source still finds migrations and pages beside its own path. */
const keepPlaces: Plugin = {
  name: 'keep-places',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.tsx?$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** Makes, unless it is there, the folder that `node <folder>/src/main.js` and `node <folder>/src/cli/<program>.js` start from. */
export async function compilePrograms(folder: string): Promise<string> {
  if (
    await access(folder).then(
      () => true,
      () => false,
    )
  )
    return folder;
  const aside = `${folder}.${randomBytes(4).toString('hex')}`;
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['src/main.ts', 'src/cli/*.ts', 'test/gateway/memory-agent.ts'],
    outdir: aside,
    outbase: ROOT,
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    plugins: [keepPlaces],
  });
  await symlink(join(ROOT, 'node_modules'), join(aside, 'node_modules'), 'junction');
  // The other worker may have been first.
  await rename(aside, folder).catch(() => rm(aside, { recursive: true }));
  return folder;
}
