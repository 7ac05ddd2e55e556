// Listens for changes that gateways need (the triggers of drizzle/0010), on one connection that does nothing else.
import { randomBytes } from 'node:crypto';
import postgres from 'postgres';
import type { GatewayChange, GatewayQuestion } from '../../domain/gateway-rows.ts';

const CONNECT_SECONDS = 5;
export const CHANNEL = 'gateway_changes';

export type GatewayChanges = {
  /** Where this process sends its own heartbeats. */
  beatChannel: string;
  close(): void;
};

/**
 * Resolves once it listens, and reports every later commit. Calls `lost` once when the connection ends without `close`;
 * the last changes before that may be missing. Rejects with the driver's error.
 */
export async function hearGatewayChanges(
  url: string,
  serviceId: string,
  on: {
    change(change: GatewayChange): void;
    question(question: GatewayQuestion): void;
    /** The process is to write the calls that it has counted, and then to answer. */
    usage(question: GatewayQuestion): void;
    beat(payload: string): void;
    lost(): void;
  },
): Promise<GatewayChanges> {
  const beatChannel = `gateway_beat_${randomBytes(8).toString('hex')}`;
  let isClosed = false;
  const sql = postgres(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    onnotice: () => {},
    onnotify(channel: string, payload: string) {
      if (channel === beatChannel) on.beat(payload);
      else if (channel === CHANNEL) report(payload, serviceId, on);
    },
    onclose() {
      if (!isClosed) on.lost();
      isClosed = true;
    },
    // The server may end connections that are idle; this one always is.
    connection: { application_name: 'apim-user gateway changes', idle_session_timeout: 0 },
  } as postgres.Options<Record<string, never>>);
  const close = () => {
    isClosed = true;
    void sql.end({ timeout: 0 }).catch(() => {});
  };
  try {
    await sql.unsafe(`listen ${CHANNEL}; listen ${beatChannel}`);
  } catch (error) {
    close();
    throw error;
  }
  return { beatChannel, close };
}

function report(
  payload: string,
  ours: string,
  on: Pick<Parameters<typeof hearGatewayChanges>[2], 'change' | 'question' | 'usage'>,
): void {
  const [serviceId, kind, id, channel] = JSON.parse(payload) as [string, string, string, string];
  if (serviceId !== ours) return;
  if (kind === 'question') on.question({ token: id, channel });
  else if (kind === 'usage') on.usage({ token: id, channel });
  else on.change({ kind: kind as GatewayChange['kind'], id });
}
