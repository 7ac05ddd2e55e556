// An event as CloudEvents writes it: https://cloudevents.io, version 1.0, in JSON.
import { CloudEvent, HTTP } from 'cloudevents';

export type EventFields = {
  /** The same whenever and wherever it is sent. */
  id: string;
  type: string;
  /** The resource of the service. */
  source: string;
  /** The thing below it, such as `/users/ann`. */
  subject: string | null;
  at: Date;
  /** The number of the audit row; null for a test. */
  number: number | null;
  data: Record<string, unknown>;
};

/** `sequence` is CloudEvents' own extension for the place in an order. */
const cloudEventOf = ({ id, type, source, subject, at, number, data }: EventFields) =>
  new CloudEvent({
    ...{ id, type, source, time: at.toISOString(), datacontenttype: 'application/json', data },
    ...(subject === null ? {} : { subject }),
    ...(number === null ? {} : { sequence: String(number), sequencetype: 'Integer' }),
  });

/** The body of one event, and the content type that names it. */
export function writeEvent(event: EventFields): { body: string; contentType: string } {
  const { body, headers } = HTTP.structured(cloudEventOf(event));
  return { body: String(body), contentType: String(headers['content-type']) };
}

/** Many in one body, in their order. */
export const writeEvents = (events: readonly EventFields[]) => ({
  body: `[${events.map((event) => writeEvent(event).body).join(',')}]`,
  contentType: 'application/cloudevents-batch+json; charset=utf-8',
});
