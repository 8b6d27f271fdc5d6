/** Asks a server that speaks OpenAI's protocol for JSON of a schema: here one that always says yes. */
import { ChatClient } from '@omnict/chat';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_, response) => {
  const message = { role: 'assistant', content: '{"isCt": true}' };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  const usage = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ id: '1', object: 'chat.completion', model: 'm', choices, usage }));
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
const { port } = server.address() as AddressInfo;

const client = new ChatClient({ url: `http://127.0.0.1:${port}/v1`, model: 'm' });
const schema = {
  type: 'object',
  properties: { isCt: { type: 'boolean' } },
  required: ['isCt'],
  additionalProperties: false,
};
const reply = await client.completeJson<{ isCt: boolean }>(
  { messages: [{ role: 'user', content: 'Is this a CT image?' }] },
  { name: 'modality', schema },
);
server.close();
server.closeAllConnections();
console.log(reply.value);

// Prints:
// { isCt: true }
