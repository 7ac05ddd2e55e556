// Approvals as Azure's long-running operations: the client polls until a second operator has decided.
import { showApprovalOutcome } from '../operations/approvals/show-outcome.ts';
import type { WaitsForApproval } from '../operations/frame/approval.ts';
import { resourceId } from './address.ts';
import { ManagementError } from './management-error.ts';
import { type ManagementRequest, type ManagementResponse, type Route, readRoutes } from './route.ts';

const RETRY_AFTER_SECONDS = 5;
const WAITS =
  "This waits for a second operator: someone other than the token's owner approves it in Slack. Nothing changed yet. Run it again after the approval.";

export const LONG_RUNNING_ROUTES: Route[] = [
  ...readRoutes('operationResults', 'operationResults/{operationId}', showResult),
  ...readRoutes('operationsStatuses', 'operationsStatuses/{operationId}', showStatus),
];

type Approval = Awaited<ReturnType<typeof showApprovalOutcome>>;

export function waitingResponse(
  request: ManagementRequest,
  { approvalId }: WaitsForApproval,
): ManagementResponse {
  return {
    status: 202,
    body: {
      id: statusId(request, approvalId),
      name: approvalId,
      status: 'InProgress',
      // Clients that don't wait take 202 for an error, and print this.
      error: { code: 'WaitsForApproval', message: WAITS },
    },
    headers: headersOf(request, approvalId),
  };
}

function headersOf(request: ManagementRequest, id: string): Record<string, string> {
  const version = encodeURIComponent(request.query.text('api-version') ?? '');
  const url = (path: string) => `${request.publicUrl}${path}?api-version=${version}`;
  return {
    location: url(resourceId(request.address, 'operationResults', id)),
    'azure-asyncoperation': url(statusId(request, id)),
    'retry-after': String(RETRY_AFTER_SECONDS),
  };
}

const statusId = (request: ManagementRequest, id: string) =>
  resourceId(request.address, 'operationsStatuses', id);

async function showStatus(request: ManagementRequest): Promise<ManagementResponse> {
  const approval = await showApprovalOutcome(request.context, {
    approvalId: request.params.operationId ?? '',
  });
  const error = failureOf(approval);
  return {
    status: 200,
    body: {
      id: statusId(request, approval.id),
      name: approval.id,
      status: statusOf(approval),
      startTime: approval.createdAt.toISOString(),
      ...(approval.endedAt ? { endTime: approval.endedAt.toISOString() } : {}),
      ...(error ? { error } : {}),
    },
    ...(approval.state === 'open' ? { headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } } : {}),
  };
}

async function showResult(request: ManagementRequest): Promise<ManagementResponse> {
  const approval = await showApprovalOutcome(request.context, {
    approvalId: request.params.operationId ?? '',
  });
  if (approval.state === 'open') return { status: 202, headers: headersOf(request, approval.id) };
  const failure = failureOf(approval);
  if (failure) throw new ManagementError(409, failure.code, failure.message);
  return { status: 204 };
}

function statusOf({ state }: Approval): 'InProgress' | 'Succeeded' | 'Failed' | 'Canceled' {
  switch (state) {
    case 'open':
      return 'InProgress';
    case 'approved':
      return 'Succeeded';
    case 'declined':
    case 'outdated':
      return 'Failed';
    case 'expired':
    case 'withdrawn':
      return 'Canceled';
  }
}

function failureOf({ state, code }: Approval): { code: string; message: string } | null {
  switch (state) {
    case 'open':
    case 'approved':
      return null;
    case 'declined':
      return { code: 'ApprovalDeclined', message: 'A second operator declined this. Nothing changed.' };
    case 'outdated':
      return {
        code: 'ApprovalOutdated',
        message: `It was approved, but could no longer be done (${code}). Nothing changed.`,
      };
    case 'expired':
      return { code: 'ApprovalExpired', message: 'No operator decided in time. Nothing changed.' };
    case 'withdrawn':
      return { code: 'ApprovalWithdrawn', message: 'The requester took this back. Nothing changed.' };
  }
}
