"""Words for the made-up mailbox, in English, Dutch, Spanish, traditional Chinese and Vietnamese."""

SUBJECTS = {
    "en": [
        "Order {order}: still waiting",
        "Refund for order {order}",
        "The {item} does not fit",
        "Password link has expired",
        "Invoice {order} shows the wrong VAT",
        "Return label please",
    ],
    "nl": [
        "Bestelling {order} is er nog niet",
        "Terugbetaling van {order}",
        "De {item} past niet",
        "Inloggen lukt niet meer",
        "Factuur {order} klopt niet",
    ],
    "es": [
        "Sigo esperando el pedido {order}",
        "Reembolso del pedido {order}",
        "El {item} llegó roto",
        "No me deja entrar en mi cuenta",
        "Error en la factura {order}",
    ],
    "zh": [
        "訂單 {order} 還沒收到",
        "申請訂單 {order} 退款",
        "{item} 尺寸不合",
        "無法登入帳號",
        "發票 {order} 抬頭錯誤",
    ],
    "vi": [
        "Vẫn chưa nhận được đơn {order}",
        "Yêu cầu hoàn tiền đơn {order}",
        "Sản phẩm {item} bị hỏng",
        "Không vào được tài khoản",
        "Hóa đơn {order} ghi sai",
    ],
}
SENTENCES = {
    "en": [
        "I placed order {order} on the {day}th and nothing has come so far.",
        "The {item} that you sent has a scratch along one side.",
        "Could I have a refund instead of a replacement?",
        "The carrier says that the address is incomplete, although it is the same as last time.",
        "Your colleague promised me a call yesterday.",
        "Please add our VAT number to invoice {order}.",
        "I can be reached after six in the evening.",
        "We checked the warehouse and found your parcel behind another one.",
        "A new {item} leaves us tomorrow under number {order}.",
        "When I press the button the page turns white and nothing else happens.",
        "Attached is a photo of the label.",
        "Thank you, that was quick.",
    ],
    "nl": [
        "Op de {day}e heb ik {item} besteld, maar er is niets bezorgd.",
        "Kunt u bestelling {order} voor mij nakijken?",
        "Graag een terugbetaling in plaats van een nieuw exemplaar.",
        "De bezorger zegt dat het adres niet volledig is.",
        "Uw collega zou mij gisteren terugbellen.",
        "De {item} heeft een kras aan de zijkant.",
        "Wij sturen morgen een nieuwe onder nummer {order}.",
        "Als ik op de knop druk gebeurt er niets.",
        "Bedankt voor het snelle antwoord.",
    ],
    "es": [
        "El día {day} compré {item} y todavía no ha llegado.",
        "¿Pueden revisar el pedido {order}, por favor?",
        "Prefiero el reembolso a un cambio.",
        "El repartidor dice que la dirección está incompleta.",
        "El {item} tiene un arañazo en un lado.",
        "Su compañera me iba a llamar ayer.",
        "Mañana sale uno nuevo con el número {order}.",
        "Al pulsar el botón la página se queda en blanco.",
        "Gracias por responder tan rápido.",
    ],
    "zh": [
        "我在 {day} 日訂購了 {item}，到現在都沒有收到。",
        "麻煩幫我查一下訂單 {order}。",
        "我想要退款，不要換貨。",
        "物流說地址不完整，可是跟上次一樣。",
        "寄來的 {item} 側面有刮痕。",
        "您的同事昨天說會打電話給我。",
        "我們明天會寄出新的商品，編號 {order}。",
        "按下按鈕之後畫面變成空白。",
        "謝謝您這麼快回覆。",
    ],
    "vi": [
        "Ngày {day} tôi đặt {item} nhưng đến nay chưa nhận được.",
        "Nhờ anh chị kiểm tra đơn {order}.",
        "Tôi muốn hoàn tiền chứ không đổi hàng.",
        "Bên giao hàng nói địa chỉ chưa đầy đủ.",
        "Chiếc {item} bị xước một bên.",
        "Đồng nghiệp của bạn hẹn gọi cho tôi hôm qua.",
        "Ngày mai chúng tôi gửi sản phẩm mới, mã {order}.",
        "Bấm nút xong trang trắng xóa.",
        "Cảm ơn đã trả lời nhanh.",
    ],
}
GREETINGS = {
    "en": "Dear Harbour Bikes,",
    "nl": "Beste mensen,",
    "es": "Buenos días:",
    "zh": "客服您好：",
    "vi": "Chào anh chị,",
}
CLOSINGS = {
    "en": "Best wishes,",
    "nl": "Hartelijke groeten,",
    "es": "Saludos cordiales,",
    "zh": "謝謝，",
    "vi": "Thân mến,",
}
REPLY_PREFIX = {"en": "Re: ", "nl": "Antw: ", "es": "Re: ", "zh": "回覆: ", "vi": "Trả lời: "}
WROTE = {
    "en": "On {date}, {name} wrote:",
    "nl": "Op {date} schreef {name}:",
    "es": "El {date}, {name} escribió:",
    "zh": "{name} 於 {date} 寫道：",
    "vi": "Vào {date}, {name} đã viết:",
}
NAMES = {
    "en": ["Hannah Moss", "Owen Price", "Farah Aziz", "Callum Reid"],
    "nl": ["Femke Jansen", "Bram de Wit", "Lotte Smit"],
    "es": ["Elena Ruiz", "Íñigo Salas", "Rocío Peña"],
    "zh": ["許雅婷", "蔡承翰", "郭美玲"],
    "vi": ["Phạm Thu Hà", "Đỗ Quang Huy", "Lê Thị Mai"],
}
