import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { escaped, type Html, isolated, trusted } from '../html.ts'

use([BarChart, LineChart, ScatterChart, GridComponent, LabelLayout, SVGRenderer])

/** Pixels of a drawing. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** What a reader sees who points at a part of a series; null for nothing. */
export type Hint = (series: number, index: number) => string | null

/** Pixels: the least that can be read on a phone and in print. */
export const FONT_SIZE = 14

/**
 * A chart as inline SVG without scripts, styles and ids, whose colours are variables of the page. The same option gives the same bytes.
 * @param hint text shown by the browser over a part
 */
export function draw(option: EChartsCoreOption, { width, height }: Size, hint: Hint = () => null): Html {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height })
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'inherit', fontSize: FONT_SIZE, color: 'var(--ink)' },
    ...option,
  })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return trusted(inline(svg, hint))
}

/** Attributes that a text carries in `style`, which a page with a strict content security policy ignores. */
const TEXT_ATTRIBUTES = new Set(['font-size', 'font-family', 'font-weight'])

/**
 * The drawing for a page: hints in place of the library's marks, attributes in place of styles, figures with one decimal, and neither
 * the names nor the rules that the library numbers as long as it is loaded.
 */
function inline(svg: string, hint: Hint): string {
  return svg
    .replace(/>([^<]*)</g, (_, text: string) => `>${isolated(text.replace(/\n\s*/g, ''))}<`)
    .replace(/<style[\s\S]*?<\/style>/, '')
    .replace(/<defs[\s\S]*?<\/defs>/, '')
    .replace(/<svg [^>]*viewBox="([^"]*)">/, '<svg viewBox="$1" aria-hidden="true">')
    .replace(/<rect [^>]*fill="none"><\/rect>/, '')
    .replace(/<path (?:(?!stroke=)[^>])*fill="none"(?:(?!stroke=)[^>])*><\/path>/g, '')
    .replace(
      /<path ([^>]*)ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"([^>]*)><\/path>/g,
      (_, before: string, series: string, index: string, after: string) => {
        const text = hint(Number(series), Number(index))
        return `<path ${before.trimEnd()}${after}>${text === null ? '' : `<title>${escaped(text)}</title>`}</path>`
      },
    )
    .replace(/<(text|tspan)([^>]*) style="([^"]*)"/g, (_, tag: string, before: string, style: string) => {
      const kept = style.split(';').flatMap((rule) => {
        const [name = '', value = ''] = rule.split(':')
        return TEXT_ATTRIBUTES.has(name) && value !== 'inherit' ? [` ${name}="${value}"`] : []
      })
      return `<${tag}${before}${kept.join('')}`
    })
    .replace(/<[^>]*>/g, (tag) =>
      tag
        .replace(/ (?:ecmeta_[a-z_]+|class|pointer-events|clip-path|xml:space)="[^"]*"/g, '')
        .replace(
          / (d|transform|x|y|width|height)="([^"]*)"/g,
          (_, name: string, value: string) => ` ${name}="${rounded(value)}"`,
        ),
    )
}

/** Tenths of a pixel are as fine as anybody sees. */
function rounded(figures: string): string {
  return figures.replace(/-?\d+\.\d{2,}/g, (figure) => String(Number(Number(figure).toFixed(1))))
}
