// What the reference in the portal shows of an OpenAPI document.

/** Of one endpoint. */
export type EndpointDetail = { description: string };
