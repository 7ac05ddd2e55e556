// Mails the operators of the server while an old index answers gateways. Sent straight from this process: the outbox is in
// the database, and the database is away then.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { MailDelivery } from '../mail/delivery/resend.ts';
import { type Brand, type RenderedMail, renderMail } from '../mail/render.ts';
import { defaultText } from '../mail/templates/catalog.ts';
import { writeMoment } from '../mail/templates/value.ts';

const MAX_TRIES = 6;
const FIRST_RETRY_MS = 5_000;
/** A database that comes and goes causes at most one mail in this time. An outage that outlasts it is mailed then. */
const QUIET_MS = 15 * 60_000;

type GatewayAlertOptions = {
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

/** Returns the function to call when an old index begins to answer, and when that ends. It logs, and mails each address. */
export function createGatewayAlerts(options: GatewayAlertOptions): (isStale: boolean) => void {
  const { log, clock, staleSeconds } = options;
  let mailedAt = Number.NEGATIVE_INFINITY;
  let isMailed = false;
  let since = clock();
  let waiting: NodeJS.Timeout | undefined;

  const mail = (isStale: boolean) => {
    isMailed = isStale;
    sendAlert(options, isStale, since).catch((error: unknown) => log.error({ err: error }, 'alert not sent'));
  };
  const mailStale = () => {
    mailedAt = performance.now();
    mail(true);
  };
  return (isStale) => {
    clearTimeout(waiting);
    if (isStale) since = clock();
    const outage = { of: 'gateway', since, staleSeconds };
    if (!isStale) {
      log.info({ outage }, 'gateways are answered by a true index again');
      if (isMailed) mail(false);
      return;
    }
    log.error({ outage }, 'gateways are answered by an old index');
    const quietMs = mailedAt + QUIET_MS - performance.now();
    if (quietMs <= 0) mailStale();
    else waiting = setTimeout(mailStale, quietMs).unref();
  };
}

async function sendAlert(options: GatewayAlertOptions, isStale: boolean, since: Date): Promise<void> {
  const template = isStale ? 'GatewayStale' : 'GatewayBack';
  const variables = { OutageSince: writeMoment(since), OutageAdvice: adviceFor(options.staleSeconds) };
  const mail = await renderMail({ template, text: defaultText(template), variables, brand: options.brand });
  await Promise.all(options.to.map((to) => sendWithRetries(options, to, mail)));
}

async function sendWithRetries(options: GatewayAlertOptions, to: string, mail: RenderedMail): Promise<void> {
  const { log, delivery, from, replyTo } = options;
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
  `Calls pass on old data for at most ${staleSeconds} seconds (GATEWAY_STALE_SECONDS). After that, every call is refused until the database is back.`;
