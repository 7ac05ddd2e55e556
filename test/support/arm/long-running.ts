// Azure's long-running operations: 202, and two addresses to ask how it goes.
import { type Answer, type Asked, errorAnswer } from './exchange.ts';
import { keyOf } from './paths.ts';

const POLL = /^(operationResults|operationsStatuses)\/arm-(\d+)$/i;
const RETRY_AFTER_SECONDS = 1;

type Operation = { id: string; base: string; key: string; until: number; startedAt: Date; answer: Answer };

export function createLongRunning(origin: () => string) {
  const operations: Operation[] = [];

  function headersOf({ base, id }: Operation): Record<string, string> {
    const url = (kind: string) => `${origin()}${base}/${kind}/${id}?api-version=2024-05-01`;
    return {
      location: url('operationResults'),
      'azure-asyncoperation': url('operationsStatuses'),
      'retry-after': String(RETRY_AFTER_SECONDS),
    };
  }

  return {
    /** It takes some time, and then has this answer. */
    start({ place }: Asked, answer: Answer, ms: number): Answer {
      const operation = {
        id: `arm-${operations.length}`,
        base: place?.base ?? '',
        key: keyOf(place?.below ?? ''),
        until: performance.now() + ms,
        startedAt: new Date(),
        answer,
      };
      operations.push(operation);
      return { status: 202, headers: headersOf(operation), body: undefined };
    },
    isOpen: ({ place }: Asked): boolean =>
      operations.some(({ key, until }) => key === keyOf(place?.below ?? '') && until > performance.now()),
    end(): void {
      for (const operation of operations) operation.until = 0;
    },
    /** Null when the request asks for something else. */
    poll({ place }: Asked): Answer | null {
      const [, kind = '', index] = POLL.exec(place?.below ?? '') ?? [];
      if (index === undefined) return null;
      const operation = operations[Number(index)];
      if (!operation) return errorAnswer(404, 'OperationNotFound', 'There is no such operation.');
      const isOpen = operation.until > performance.now();
      if (kind.toLowerCase() === 'operationresults')
        return isOpen ? { status: 202, headers: headersOf(operation), body: undefined } : operation.answer;
      const ended = operation.answer.status < 300 ? 'Succeeded' : 'Failed';
      const { id, startedAt, answer } = operation;
      return {
        status: 200,
        headers: isOpen ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {},
        body: {
          id: `${operation.base}/operationsStatuses/${id}`,
          name: id,
          status: isOpen ? 'InProgress' : ended,
          startTime: startedAt.toISOString(),
          ...(isOpen || ended === 'Succeeded' ? {} : { error: answer.body?.error }),
        },
      };
    },
  };
}
