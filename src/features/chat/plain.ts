// The template for models that have none of their own: names before each turn, as text that any model has read. A reply stands there as it was drawn, so that
// its ids stay.

const BODY = `{%- for message in messages -%}
  {%- if message.role == 'system' -%}
    {{ message.content + '\\n\\n' }}
  {%- elif message.role == 'user' -%}
    {{ 'User: ' + message.content + '\\n' }}
  {%- elif message.role == 'tool' -%}
    {{ 'Data: ' + message.content + '\\n' }}
  {%- else -%}
    {{ 'Assistant:' + message.content + '\\n' }}
  {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
  {{ 'Assistant:' }}
{%- endif -%}
`;

/** @param opens texts of the model begin with a beginning-of-text token. */
export function plainTemplate(opens: boolean): string {
  return opens ? `{{ bos_token }}${BODY}` : BODY;
}
