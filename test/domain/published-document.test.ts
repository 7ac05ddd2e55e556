import { describe, expect, it } from 'vitest';
import { KEY_NAMES } from '../../src/domain/key-names.ts';
import { publishedDocument } from '../../src/domain/published-document.ts';

const SERVER = { url: 'https://behind.example.net' };

describe('T122: a published document', () => {
  it('names no server behind the gateway, wherever it has one, and keeps what only has that name', () => {
    const operation = (more: object = {}) => ({
      servers: [SERVER],
      'x-amazon-apigateway-integration': { uri: SERVER.url },
      responses: { 200: { description: 'ok', links: { next: { operationId: 'a', server: SERVER } } } },
      ...more,
    });
    const item = { servers: [SERVER], get: operation() };
    const kept = {
      properties: { servers: { type: 'array' }, server: { type: 'string' } },
      required: ['servers'],
      example: { servers: ['a'], server: 'b' },
      default: { servers: [] },
      enum: [{ server: 'a' }],
      const: { server: 'a' },
    };
    const document = {
      openapi: '3.1.0',
      info: { title: 'x', version: '1' },
      servers: [SERVER],
      paths: {
        '/a': { ...item, post: operation({ callbacks: { done: { '{$request.query.url}': item } } }) },
      },
      webhooks: { servers: item },
      components: {
        pathItems: { servers: item },
        callbacks: { done: { '{$url}': item } },
        links: { server: { operationId: 'a', server: SERVER } },
        responses: { default: { description: 'ok', links: { next: { server: SERVER } } } },
        schemas: { servers: kept },
      },
      security: [{ servers: [] }],
    };
    const published = publishedDocument(document, 'https://gateway.example.com/a', KEY_NAMES);
    expect(JSON.stringify(published)).not.toMatch(/behind\.example|amazon/);
    expect(published).toMatchObject({
      servers: [{ url: 'https://gateway.example.com/a' }],
      webhooks: { servers: { get: {} } },
      components: {
        pathItems: { servers: { get: {} } },
        links: { server: { operationId: 'a' } },
        schemas: { servers: kept },
      },
      security: [{ servers: [] }],
    });
  });
});
