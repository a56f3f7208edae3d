/**
 * What runs in the browser: plans the scenarios that the server hands out and sends the results back, as a web application with
 * the package installed would write it.
 */
import { loadCatalogs, plan } from 'gpu-plan'

const text = async (path) => {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return response.text()
}
const send = (body) => fetch('/results', { method: 'POST', body: JSON.stringify(body) })

try {
  const { files, asOf } = JSON.parse(await text('/jobs'))
  const catalogs = await loadCatalogs()
  for (const file of files) {
    const started = performance.now()
    const result = await plan(await text(`/${file}`), {
      catalogs,
      asOf,
      file,
      read: async (reference) => ({ text: await text(`/scenarios/${reference}`), file: `scenarios/${reference}` }),
    })
    const elapsedMs = performance.now() - started
    await send({ file, json: `${JSON.stringify(result, null, 2)}\n`, elapsedMs })
  }
  await send({ done: true })
} catch (error) {
  await send({ failed: String(error?.stack ?? error) })
}
