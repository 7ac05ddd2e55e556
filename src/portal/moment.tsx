import { formatMoment } from './form.tsx';

/** A time in UTC. With scripts, the reader's own time follows it. */
export function Moment({ at }: { at: Date }) {
  return <time dateTime={at.toISOString()}>{formatMoment(at)}</time>;
}
