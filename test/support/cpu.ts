import { readdirSync, readFileSync } from 'node:fs';

/** How long other processes have worked, all their threads together, in milliseconds. */
export function cpuMsOf(pids: readonly number[]): number {
  const tasks = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((task) =>
      readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8'),
    ),
  );
  return tasks.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0);
}

/** How long this process works, in milliseconds. Other programs on the machine don't count. */
export function cpuMs(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
