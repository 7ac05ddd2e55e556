import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// React's own checks, for those who write its components, would take most of the time that a mail or page takes. What the
// product reads is what each test gives it.
process.env.NODE_ENV = 'production';

const LONG = [
  ...['process/', 'races/', 'cli/', 'gateway/agent', 'slack/permissions', 'management/hostile'],
  ...['management/terraform', 'operations/audit-rows', 'operations/other-service', 'operations/model'],
  ...['operations/outbox', 'stories/outages'],
];

/** Begins with the files that take minutes: without the durations of a former run, Vitest would leave them for the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) =>
      LONG.some((name) => moduleId.includes(`/test/${name}`));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

// `structure` reads sources only and is part of `npm run check`; `product` runs on a real Postgres; `browser` also in a
// real Chromium, where the machine has one. `smoke` starts the product on the Node that runs the tests.
export default defineConfig({
  test: {
    // What was transformed in one run needs no second transformation in the next.
    experimental: { fsModuleCache: true },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'structure',
          include: ['test/structure/**/*.test.ts'],
          // Each test reads every source, which a busy machine takes long over.
          testTimeout: 60_000,
          // Vitest wants projects with other numbers of workers to run one after the other.
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'product',
          // Each worker loads the product once, not once a file; a file undoes what it changes of it.
          isolate: false,
          // Most objects live as long as a request: room for more of them is less collecting.
          execArgv: ['--max-semi-space-size=64'],
          sequence: { groupOrder: 1 },
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [
            'test/structure/**',
            'test/browser/**',
            'test/bench/**',
            'test/smoke/**',
            'test/chaos/chaos.test.ts',
          ],
          globalSetup: ['test/support/postgres.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // More than two cores need: some tests wait half a minute for what Slack or a mail does next.
          maxWorkers: 4,
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
          name: 'chaos',
          sequence: { groupOrder: 4 },
          include: ['test/chaos/chaos.test.ts'],
        },
      },
      {
        test: {
          name: 'browser',
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
