"""Asks a server as users of OpenAI's client for Python do: at once, as a stream, and wrongly. Prints JSON."""

import base64
import json
import sys

import openai

url, image, question = sys.argv[1:]
client = openai.OpenAI(base_url=url, api_key="none", max_retries=0)
content = base64.b64encode(open(image, "rb").read()).decode()
messages = [
    {
        "role": "user",
        "content": [
            {"type": "image_url", "image_url": {"url": f"data:application/gzip;base64,{content}"}},
            {"type": "text", "text": question},
        ],
    }
]
model = client.models.list().data[0].id
answer = client.chat.completions.create(model=model, messages=messages)
stream = client.chat.completions.create(model=model, messages=messages, stream=True)
pieces = [chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices]
uploaded = client.files.create(file=open(image, "rb"), purpose="vision")
messages[0]["content"][0]["image_url"]["url"] = uploaded.id
by_upload = client.chat.completions.create(model=model, messages=messages)
try:
    client.chat.completions.create(model="another", messages=messages)
    error = None
except openai.NotFoundError as refused:
    error = refused.body["message"]
print(
    json.dumps(
        {
            "version": openai.__version__,
            "model": model,
            "answer": answer.choices[0].message.content,
            "streamed": "".join(pieces),
            "uploaded": by_upload.choices[0].message.content,
            "tokens": answer.usage.total_tokens,
            "error": error,
        }
    )
)
