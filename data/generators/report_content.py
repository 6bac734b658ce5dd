"""What the Eskerby annual report says. The town, its people and its figures are invented; the sums are right."""

from __future__ import annotations

from dataclasses import dataclass

TITLE = "Eskerby Waterworks"
SUBTITLE = "Annual report for the year 2024"
FOOTER = "Eskerby Waterworks, annual report 2024"


@dataclass(frozen=True)
class Table:
    """A table with a heading row; numbers are set flush right."""

    caption: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A bar chart of a few labeled values."""

    caption: str
    bars: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Page:
    """One chapter; it starts on a page of its own."""

    heading: str
    parts: tuple[str | Table | Chart, ...]


PAGES = (
    Page(
        "1. Letter from the chair",
        (
            "To the citizens of Eskerby: the waterworks exist so that nobody in this town has to think about water. "
            "For most of 2024 you did not have to. In November, for thirty-nine hours, 1,140 households did, and this "
            "report tells you plainly how that came about and what we are doing so that it does not happen again.",
            "The rest of the year was a good one. We lost less water through leaks than in any year since records "
            "began in 1968. The number of burst mains fell from 57 to 38. The new solar roof at Lower Esker now "
            "supplies one seventh of all the electricity that we use. And for the third year in a row the price of "
            "water did not rise: a cubic meter costs $2.50, as it has since January 2021.",
            "In June we said goodbye to Halvard Brandt, who had read meters in this town for 41 years and knew every "
            "dog by name. In September Ingrid Solheim became general manager. She came to us from the port authority, "
            "where she had been chief engineer.",
            "On behalf of the board I thank the thirty-one people who work here, some of whom spent a Sunday night in "
            "November up to their waists in a river.",
            "Marcus Adeyemi, chair of the board. Eskerby, 3 March 2025",
        ),
    ),
    Page(
        "2. The year in figures",
        (
            "Eskerby Waterworks is owned by the town and governed by a board of seven, five of them elected and two "
            "named by the town council. It serves 18,420 people through 7,964 connections, of which 7,310 are homes "
            "and 654 are businesses and public buildings.",
            Table(
                "Table 1. Key figures",
                (
                    ("", "2023", "2024"),
                    ("Water produced (cubic meters)", "2,368,000", "2,310,000"),
                    ("Water billed (cubic meters)", "2,022,300", "2,032,800"),
                    ("Lost or not billed", "14.6 %", "12.0 %"),
                    ("Burst mains", "57", "38"),
                    ("Mains renewed (kilometers)", "2.7", "4.3"),
                    ("Complaints about taste or color", "112", "74"),
                    ("Employees", "30", "31"),
                ),
            ),
            "An inhabitant of Eskerby used 166 liters of water a day at home. That is 9 liters less than five years "
            "ago, which we put down mainly to newer washing machines.",
            "Of our 31 employees, 19 work in the field and in treatment, 7 in the office and 5 in the laboratory. Two "
            "apprentices passed their examinations in July, and both have stayed.",
        ),
    ),
    Page(
        "3. Where the water comes from",
        (
            "Three sources feed the town. The wells at Lower Esker, eleven boreholes between 40 and 85 meters deep, "
            "gave 1,386,000 cubic meters, or 60 percent. Stanrigg reservoir in the hills, which was dammed in 1934, "
            "gave 808,500 cubic meters, or 35 percent. The remaining 115,500 cubic meters were bought from the "
            "neighboring works at Calder Valley, at $1.10 per cubic meter.",
            Chart(
                "Figure 1. Water produced in each quarter (thousand cubic meters)",
                (
                    ("January to March", 541),
                    ("April to June", 583),
                    ("July to September", 662),
                    ("October to December", 524),
                ),
            ),
            "Demand was highest on 2 August, a Friday, with 9,140 cubic meters in a day. The wells alone could not "
            "have met it. On the lowest day, 26 December, the town used 4,870 cubic meters.",
            "The water level at Stanrigg fell to 61 percent at the end of September, which is normal. No restriction "
            "on watering gardens was needed. The last one was in the dry summer of 2018.",
            "Pumping and treatment took 1,617,000 kilowatt-hours of electricity. The solar roof, finished in April at "
            "a cost of $410,000, supplied 231,000 of them.",
        ),
    ),
    Page(
        "4. Water quality and the November notice",
        (
            "Our laboratory examined 1,264 samples in 2024. Three of them did not meet the standard: two contained "
            "coliform bacteria, both after repairs to house pipes, and one from Stanrigg had too much manganese. E. "
            "coli was not found in any sample. The highest reading for lead, 4.1 micrograms per liter, was taken at a "
            "school built in 1952; the limit is 10. Its pipes were replaced during the autumn holidays.",
            "The water from the wells is hard, with 182 milligrams of calcium carbonate per liter. The water from "
            "Stanrigg is soft. Households in Upper Marsh and Kiln Hill, which are fed from Stanrigg, need no softener.",
            "What happened in November. On the evening of 17 November a storm brought 88 millimeters of rain in nine "
            "hours. A landslip above Stanrigg blocked the screen of the intake, and muddy water found its way around "
            "it. At 21:40 the turbidity behind the filters reached 6.8 units; the limit is 1. The duty engineer, Priya "
            "Raman, closed the plant six minutes later, but some of the water had already left for Upper Marsh.",
            "At 22:00 we advised 1,140 households to boil their drinking water. Tankers stood at the school and the "
            "chapel from six in the morning. No illness was reported. After two clean sets of samples the advice was "
            "lifted on 19 November at 13:00.",
            "The inquiry found that the alarm had worked, but that it was sent to a telephone that nobody carried "
            "during the change of shifts. Alarms now go to three people at once. A second screen will be built at the "
            "intake before October 2025, for $185,000.",
        ),
    ),
    Page(
        "5. The network",
        (
            "The network has 146 kilometers of mains. The oldest, a cast-iron pipe under Quay Street, was laid in 1911 "
            "and has burst nine times in ten years. In 2024 we renewed 4.3 kilometers, mostly in Weaver Lane and "
            "around the hospital, with ductile iron. At this pace the whole network would be renewed every 34 years.",
            "Why losses fell. Since February a van with acoustic sensors has listened to every street once in eight "
            "weeks, at night, when the town is quiet. It found 63 leaks that nobody had reported. The largest, under "
            "the football ground, had been losing 40 cubic meters a day, perhaps for years; the groundsman had "
            "wondered why that corner was always green.",
            "We installed 2,600 smart meters. They send a reading four times a day and warn the customer by text "
            "message when water runs without a pause for 24 hours. That happened 319 times. Nearly always it was a "
            "toilet. All homes are to have a smart meter by the end of 2027. Customers who do not want the radio part "
            "may have it switched off at no charge; 48 have asked for this.",
        ),
    ),
    Page(
        "6. Money",
        (
            "Income exceeded spending by $346,950. By decision of the board the whole surplus goes into the fund for "
            "the renewal of mains.",
            Table(
                "Table 2. Income and spending in 2024 (dollars)",
                (
                    ("Item", "Income", "Spending"),
                    ("Water charges", "5,082,000", ""),
                    ("Connection fees", "316,000", ""),
                    ("Grants", "520,000", ""),
                    ("Staff", "", "2,140,000"),
                    ("Maintenance", "", "1,265,000"),
                    ("Interest and repayment", "", "742,000"),
                    ("Electricity", "", "684,000"),
                    ("Administration", "", "401,000"),
                    ("Chemicals", "", "212,000"),
                    ("Purchased water", "", "127,050"),
                    ("Total", "5,918,000", "5,571,050"),
                ),
            ),
            "The accounts were audited by Lindqvist and Daughters, who had no objections. Their full statement can be "
            "read in the public library.",
            "Households in difficulty can pay in twelve parts without interest. In 2024, 214 households did so. No "
            "home was cut off; the board has not allowed that since 2009.",
        ),
    ),
    Page(
        "7. Plans for 2025",
        (
            "The largest work of the coming year is Quay Street. From April to August the main of 1911 will be "
            "replaced over its whole length of 1.9 kilometers, at a cost of $1.4 million. The street stays open for "
            "pedestrians; buses will go by way of Harbor Road.",
            "In the second half of the year we shall drill a twelfth borehole at Lower Esker. It is meant as a reserve "
            "and will not raise the amount we take from the ground.",
            "The board has asked for a study on whether the water falling from Stanrigg could drive a small turbine. "
            "The result is expected in November.",
            "Questions about this report: write to the customer office, 12 Pump Lane, Eskerby, or come in on a Tuesday "
            "between two and six. The board meets in public on the second Monday of each month.",
        ),
    ),
)
