// Tells whoever runs the server that gateways are answered by an old index. Straight from this process: the outbox is in the
// database, and that is what is away.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { MailDelivery } from '../mail/delivery/resend.ts';
import { type Brand, type RenderedMail, renderMail, writeMoment } from '../mail/render.ts';
import { defaultText } from '../mail/templates/catalog.ts';

const MAX_TRIES = 6;
const FIRST_RETRY_MS = 5_000;
/** Of a database that comes and goes there is one mail in so long; what lasts beyond that is told then. */
const QUIET_MS = 15 * 60_000;

type Means = {
  log: Log;
  clock: () => Date;
  delivery: () => MailDelivery;
  from: string;
  replyTo: string;
  /** `ALERT_EMAIL`. */
  to: readonly string[];
  brand: Brand;
  staleSeconds: number;
};

/** To be told when it begins and when it has ended: each is a line in the log, and a mail to each address. */
export function createGatewayAlerts(means: Means): (isStale: boolean) => void {
  const { log, clock, staleSeconds } = means;
  let mailedAt = Number.NEGATIVE_INFINITY;
  let isMailed = false;
  let since = clock();
  let mailing: NodeJS.Timeout | undefined;
  const mail = (isStale: boolean) => {
    isMailed = isStale;
    tell(means, isStale, since).catch((error: unknown) => log.error({ err: error }, 'alert not sent'));
  };
  return (isStale) => {
    clearTimeout(mailing);
    if (isStale) since = clock();
    const outage = { of: 'gateway', since, staleSeconds };
    if (!isStale) {
      log.info({ outage }, 'gateways are answered by a true index again');
      if (isMailed) mail(false);
      return;
    }
    log.error({ outage }, 'gateways are answered by an old index');
    const begin = () => {
      mailedAt = performance.now();
      mail(true);
    };
    const quietMs = mailedAt + QUIET_MS - performance.now();
    if (quietMs <= 0) begin();
    else mailing = setTimeout(begin, quietMs).unref();
  };
}

async function tell(means: Means, isStale: boolean, since: Date): Promise<void> {
  const template = isStale ? 'GatewayStale' : 'GatewayBack';
  const variables = { OutageSince: writeMoment(since), OutageAdvice: adviceFor(means.staleSeconds) };
  const mail = await renderMail({ template, text: defaultText(template), variables, brand: means.brand });
  await Promise.all(means.to.map((to) => send(means, to, mail)));
}

async function send({ log, delivery, from, replyTo }: Means, to: string, mail: RenderedMail): Promise<void> {
  const id = randomUUID();
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const outcome = await delivery().send({ ...mail, id, from, to, replyTo });
    if (outcome.kind === 'accepted') return;
    log.error({ code: outcome.code, tries }, 'alert not sent');
    if (outcome.kind === 'rejected') return;
    await delay(FIRST_RETRY_MS * 2 ** (tries - 1), undefined, { ref: false });
  }
}

const adviceFor = (staleSeconds: number): string =>
  `Calls pass by what is known for at most ${staleSeconds} seconds (GATEWAY_STALE_SECONDS), and are all refused after that, until the database is back.`;
