/** How long this process works, in milliseconds. Other programs on the machine don't count. */
export function cpuMs(times: number, work: () => void): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
