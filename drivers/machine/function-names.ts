/**
 * What the alternate functions of the header's lines are called.
 * Sources: BCM2835 ARM Peripherals, table 6-31; BCM2711 ARM Peripherals, section 5.3; RP1 Peripherals, section 3.1.1;
 * checked against Raspberry Pi's own tool `pinctrl`. A `-` is a function that is reserved or of no use to anybody.
 */

import type { Soc } from './board.js'

/** GPIO0 to GPIO27. */
export const NAMED_LINES = 28

const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

/** A parallel display: the same lines on every processor. */
const DPI = ['DPI_PCLK', 'DPI_DE', 'DPI_VSYNC', 'DPI_HSYNC', ...numbered('DPI_D', 24)]
const SECONDARY_MEMORY = words(`
  SA5 SA4 SA3 SA2 SA1 SA0 SOE_N SWE_N SD0 SD1 SD2 SD3 SD4 SD5 SD6 SD7 SD8 SD9 SD10 SD11 SD12 SD13 SD14 SD15 SD16 SD17
  - -`)
const BCM_ALT0 = words(`
  SDA0 SCL0 SDA1 SCL1 GPCLK0 GPCLK1 GPCLK2 SPI0_CE1 SPI0_CE0 SPI0_MISO SPI0_MOSI SPI0_SCLK PWM0 PWM1 TXD0 RXD0 - -
  PCM_CLK PCM_FS PCM_DIN PCM_DOUT SD0_CLK SD0_CMD SD0_DAT0 SD0_DAT1 SD0_DAT2 SD0_DAT3`)
const SD1 = 'SD1_CLK SD1_CMD SD1_DAT0 SD1_DAT1 SD1_DAT2 SD1_DAT3'
const SPI1 = 'SPI1_CE2 SPI1_CE1 SPI1_CE0 SPI1_MISO SPI1_MOSI SPI1_SCLK'
const JTAG = 'ARM_TRST ARM_RTCK ARM_TDO ARM_TCK ARM_TDI ARM_TMS'

/** By processor and number of the function: one name a line. */
const NAMES: Readonly<Record<Soc, readonly (readonly string[])[]>> = {
  bcm2835: [
    BCM_ALT0,
    SECONDARY_MEMORY,
    DPI,
    words(`- - - - - - - - - - - - - - - - CTS0 RTS0 BSCSL_SDA BSCSL_SCL BSCSL_MISO BSCSL_CE ${SD1}`),
    words(`- - - - - - - - - - - - - - - - ${SPI1} ${JTAG}`),
    words(`- - - - ARM_TDI ARM_TDO ARM_RTCK - - - - - ARM_TMS ARM_TCK TXD1 RXD1 CTS1 RTS1 PWM0 PWM1 GPCLK0 GPCLK1
      - - - - - -`),
  ],
  bcm2711: [
    BCM_ALT0,
    SECONDARY_MEMORY,
    DPI,
    words(`SPI3_CE0 SPI3_MISO SPI3_MOSI SPI3_SCLK SPI4_CE0 SPI4_MISO SPI4_MOSI SPI4_SCLK BSCSL_CE BSCSL_MISO BSCSL_SDA
      BSCSL_SCL SPI5_CE0 SPI5_MISO SPI5_MOSI SPI5_SCLK CTS0 RTS0 SPI6_CE0 SPI6_MISO SPI6_MOSI SPI6_SCLK ${SD1}`),
    words(`TXD2 RXD2 CTS2 RTS2 TXD3 RXD3 CTS3 RTS3 TXD4 RXD4 CTS4 RTS4 TXD5 RXD5 CTS5 RTS5 ${SPI1} ${JTAG}`),
    words(`SDA6 SCL6 SDA3 SCL3 SDA3 SCL3 SDA4 SCL4 SDA4 SCL4 SDA5 SCL5 SDA5 SCL5 TXD1 RXD1 CTS1 RTS1 PWM0 PWM1 GPCLK0
      GPCLK1 SDA6 SCL6 SPI3_CE1 SPI4_CE1 SPI5_CE1 SPI6_CE1`),
  ],
  // The lines of a Pi 5 are those of its RP1, not of the BCM2712.
  bcm2712: [
    words(`SPI0_SIO3 SPI0_SIO2 SPI0_CE3 SPI0_CE2 GPCLK0 GPCLK1 GPCLK2 SPI0_CE1 SPI0_CE0 SPI0_MISO SPI0_MOSI SPI0_SCLK
      PWM0 PWM1 PWM2 PWM3 SPI1_CE2 SPI1_CE1 SPI1_CE0 SPI1_MISO SPI1_MOSI SPI1_SCLK SD0_CLK SD0_CMD SD0_DAT0 SD0_DAT1
      SD0_DAT2 SD0_DAT3`),
    DPI,
    words(`TXD1 RXD1 CTS1 RTS1 TXD2 RXD2 CTS2 RTS2 TXD3 RXD3 CTS3 RTS3 TXD4 RXD4 CTS4 RTS4 DSI0_TE DSI1_TE I2S0_SCLK
      I2S0_WS I2S0_SDI0 I2S0_SDO0 I2S0_SDI1 I2S0_SDO1 I2S0_SDI2 I2S0_SDO2 I2S0_SDI3 I2S0_SDO3`),
    words(`SDA0 SCL0 SDA1 SCL1 SDA2 SCL2 SDA3 SCL3 SDA0 SCL0 SDA1 SCL1 SDA2 SCL2 SDA3 SCL3 - - PWM2 PWM3 GPCLK0 GPCLK1
      SDA3 SCL3 - MIC_CLK MIC_DAT0 MIC_DAT1`),
    words(`- - IR_RX IR_TX RI0 DTR0 DCD0 DSR0 - - - - AAUD_L AAUD_R TXD0 RXD0 CTS0 RTS0 I2S1_SCLK I2S1_WS I2S1_SDI0
      I2S1_SDO0 I2S1_SDI1 I2S1_SDO1 I2S1_SDI2 I2S1_SDO2 I2S1_SDI3 I2S1_SDO3`),
    // Function 5 is plain input and output.
    [],
    numbered('PROC_RIO', NAMED_LINES),
    numbered('PIO', NAMED_LINES),
    words(`SPI2_CE0 SPI2_SIO1 SPI2_SIO0 SPI2_SCLK SPI3_CE0 SPI3_SIO1 SPI3_SIO0 SPI3_SCLK SPI4_CE0 SPI4_SIO0 SPI4_SIO1
      SPI4_SCLK SPI5_CE0 SPI5_SIO1 SPI5_SIO0 SPI5_SCLK - - GPCLK1 - - - - - SPI2_CE1 SPI3_CE1 SPI5_CE1 SPI1_CE1`),
  ],
}

/** `TXD1`, or `alt5` where the function has no name. */
export function functionName(soc: Soc, line: number, alternate: number): string {
  const name = NAMES[soc][alternate]?.[line] ?? '-'
  return name === '-' ? `alt${alternate}` : name
}
