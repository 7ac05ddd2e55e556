import { defineConfig } from 'vitest/config';

// `structure` reads sources only and is part of `npm run check`; `product` runs on a real Postgres; `browser` also in a
// real Chromium, where the machine has one. `smoke` starts the product on the Node that runs the tests.
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'structure',
          include: ['test/structure/**/*.test.ts'],
          // Vitest wants projects with other numbers of workers to run one after the other.
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'product',
          sequence: { groupOrder: 1 },
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/structure/**', 'test/browser/**', 'test/bench/**', 'test/smoke/**'],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'smoke',
          sequence: { groupOrder: 3 },
          include: ['test/smoke/**/*.test.ts'],
        },
      },
      {
        test: {
          name: 'browser',
          // The whole product is loaded once a worker, not once a file; each file starts one of its own.
          isolate: false,
          sequence: { groupOrder: 2 },
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/postgres.ts', 'test/support/chromium.ts'],
          testTimeout: 90_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
